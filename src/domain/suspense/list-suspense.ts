import { sql } from 'kysely'
import { identityOf, inSql, pageOf, type Rupiah, type Tx } from '../kernel/index.ts'
import { suspenseErrors } from './errors.ts'
import type { SuspenseKind } from './put-into-suspense.ts'
import { type Disposal, type SuspenseStatus, waitingSuspenseStates } from './transitions.ts'

/** The assignment of a suspense item's money that staff requested. */
export interface AskedDisposal {
  to: Disposal
  userId?: string
  factoryId?: string
  /**
   * The bank's reference of a transfer by hand, which brought the money back or sent the money to its owner.
   */
  reference?: string
  /**
   * The destination of the money of a `reassigned` item: the id (UUID) of a payment, `quarantine:{UUID}`, or
   * `fee`.
   */
  place?: string
  /** The ledger keys of the decision's postings, if they are not the usual ones. */
  keys?: string[]
}

export interface SuspenseItem {
  id: string
  code: string
  kind: SuspenseKind
  status: SuspenseStatus
  subjectId: string | null
  providerId: string | null
  /** The reference of the suspense item's money at the provider, if it differs from the item's code. */
  reference: string | null
  /**
   * The amount of the suspense item. Above zero: money that left laku. Below zero: money that came to laku.
   */
  amountIdr: Rupiah
  account: string
  why: string
  userId: string | null
  factoryId: string | null
  asked: AskedDisposal | null
  note: string | null
  askedBy: string | null
  decidedBy: string | null
  createdAt: Date
  decidedAt: Date | null
  /** How often a decision about this money was taken back. */
  undos: number
  /** A digest of what was asked for, by which the second person names what they saw; null if nobody asks. */
  request: string | null
}

export const suspenseColumns = sql`
  id, code, kind, status, subject_id, provider_id, reference, amount_idr, account, why, user_id, factory_id, asked, note, asked_by, decided_by,
  created_at, decided_at, undos, case when status = 'requested' then left(encode(sha256(convert_to(
    concat_ws('|', amount_idr, asked, asked_by, note, sent_channel, sent_number), 'UTF8')), 'hex'), 12) end as request`

export interface SuspenseFilter {
  /** Whether the list also has the suspense items that are no longer open. */
  all?: boolean | undefined
  code?: string | undefined
  limit: number
  cursor?: string | undefined
}

/** Lists suspense items, newest first, by keyset pages. For staff. */
export async function listSuspense(
  tx: Tx,
  { all, code, limit, cursor }: SuspenseFilter,
): Promise<{ data: SuspenseItem[]; nextCursor: string | null }> {
  const { rows } = await sql<SuspenseItem>`
    select ${suspenseColumns} from suspense_items
    where ${all ? sql`true` : sql`status in ${inSql(waitingSuspenseStates)}`} and ${code ? sql`code in (${code}, ${identityOf(code)})` : sql`true`}
      and ${cursor ? sql`id < ${cursor}::uuid` : sql`true`}
    order by id desc limit ${limit + 1}`.execute(tx)
  return pageOf(rows, limit, (row) => row.id)
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/**
 * Returns one suspense item by its UUID or its code. If several items have the code, the only open one is
 * returned. If none of them is open, the newest is returned.
 * @throws suspense.not_found, suspense.ambiguous where several are open under the code
 */
export async function showSuspense(tx: Tx, text: string): Promise<SuspenseItem> {
  if (uuid.test(text)) {
    const { rows } = await sql<SuspenseItem>`
      select ${suspenseColumns} from suspense_items where id = ${text}::uuid`.execute(tx)
    if (rows[0]) return rows[0]
    throw suspenseErrors.not_found({ item: text })
  }
  const { rows } = await sql<SuspenseItem>`
    select ${suspenseColumns} from suspense_items where code in (${text}, ${identityOf(text)})
    order by (status in ${inSql(waitingSuspenseStates)}) desc, id desc limit 2`.execute(tx)
  const [first, second] = rows
  if (!first) throw suspenseErrors.not_found({ item: text })
  const isOpen = (suspenseItem: SuspenseItem | undefined) =>
    suspenseItem !== undefined && waitingSuspenseStates.includes(suspenseItem.status)
  if (isOpen(first) && isOpen(second)) throw suspenseErrors.ambiguous({ code: text })
  return first
}
