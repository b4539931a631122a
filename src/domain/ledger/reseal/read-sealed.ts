import { sql } from 'kysely'
import type { Tx } from '../../kernel/index.ts'
import type { SealedTransaction } from '../seal.ts'

export interface SealedRow extends SealedTransaction {
  seal: string
  /** The additional seal of the ledger transaction under a newer key; null if it was never sealed again. */
  reseal: string | null
}

/**
 * Reads a page of ledger transactions with their seals, in the order of their ids. With `notUnder` (the id of
 * a key), reads only ledger transactions whose newest seal is under another key.
 */
export async function readSealed(
  tx: Tx,
  { after, limit, notUnder = null }: { after: string; limit: number; notUnder?: string | null },
): Promise<SealedRow[]> {
  const { rows } = await sql<SealedRow>`
    select t.id, t.key, t.kind, t.subject_kind, t.subject_id, t.occurred_at, t.seal, t.reseal, e.entries
    from (
      select t.*, r.seal as reseal from ledger_transactions t left join ledger_reseals r on r.transaction_id = t.id
      where t.id > ${after}::uuid and (${notUnder}::text is null or split_part(coalesce(r.seal, t.seal), '.', 1) <> ${notUnder}::text)
      order by t.id limit ${limit}
    ) t
    cross join lateral (
      select coalesce(jsonb_agg(jsonb_build_object(
        'account', a.key, 'amountIdr', e.amount_idr, 'sessionId', e.session_id,
        'orderItemId', e.order_item_id, 'factoryId', e.factory_id, 'userId', e.user_id)), '[]') as entries
      from ledger_entries e join ledger_accounts a on a.id = e.account_id where e.transaction_id = t.id
    ) e
    order by t.id`.execute(tx)
  return rows
}
