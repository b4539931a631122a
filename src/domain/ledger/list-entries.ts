import { sql } from 'kysely'
import type { Tx } from '../kernel/index.ts'

export interface EntryLine {
  seq: number
  transactionId: string
  key: string
  kind: string
  occurredAt: Date
  account: string
  amountIdr: number
}

export interface EntryFilter {
  account?: string
  /**
   * The id of the object that the ledger transactions are about, such as a payment, a participant, an order
   * or a refund.
   */
  subjectId?: string
  sessionId?: string
  /** The cursor that the previous page returned: this page has only entries with a lower sequence number. */
  before?: number
  limit: number
}

/** Lists ledger entries, newest first, a page at a time. */
export async function listEntries(tx: Tx, filter: EntryFilter): Promise<EntryLine[]> {
  const wheres = [sql`true`]
  if (filter.account) wheres.push(sql`a.key = ${filter.account}`)
  if (filter.subjectId) wheres.push(sql`t.subject_id = ${filter.subjectId}::uuid`)
  if (filter.sessionId) wheres.push(sql`e.session_id = ${filter.sessionId}::uuid`)
  if (filter.before !== undefined) wheres.push(sql`e.seq < ${filter.before}`)
  const { rows } = await sql<EntryLine>`
    select e.seq, e.transaction_id, t.key, t.kind, t.occurred_at, a.key as account, e.amount_idr
    from ledger_entries e
    join ledger_transactions t on t.id = e.transaction_id
    join ledger_accounts a on a.id = e.account_id
    where ${sql.join(wheres, sql` and `)}
    order by e.seq desc limit ${filter.limit}`.execute(tx)
  return rows
}
