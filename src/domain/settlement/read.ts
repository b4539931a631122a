import { type RawBuilder, sql } from 'kysely'
import { idOrCode, pageOf, type Rupiah, type Tx, type Vault } from '../kernel/index.ts'
import { type PayoutView, payoutsOf } from '../payout/index.ts'
import { settlementErrors } from './errors.ts'
import type { SettlementStatus } from './transitions.ts'
import type { SettlementView } from './views.ts'

/** A settlement that is stored in the database, unlike one in a preview or an amount that is carried over. */
export type StoredSettlement = Required<SettlementView> & { status: SettlementStatus }

interface Row extends Omit<StoredSettlement, 'factory' | 'carriedIdr'> {
  factoryId: string
  factoryName: string
}

/**
 * Returns the settlements that match the condition `where`, newest first. The condition refers to the
 * settlement as `s`.
 */
export async function settlementViews(
  tx: Tx,
  where: RawBuilder<unknown>,
  limit = 10_000,
): Promise<StoredSettlement[]> {
  const { rows } = await sql<Row>`
    select s.id, s.code, s.factory_id, f.name as factory_name, s.through_date::text as through, s.items, s.gross_idr,
      s.commission_idr, s.refunds_idr, s.adjustments_idr, s.net_idr, s.status, s.status_reason, s.plan_hash, s.calculated_at,
      s.approved_at, s.paid_at, s.retry_at
    from settlements s join factories f on f.id = s.factory_id
    where ${where} order by s.id desc limit ${limit}`.execute(tx)
  return rows.map(({ factoryId, factoryName, id, code, through, ...row }) => ({
    id,
    code,
    factory: { id: factoryId, name: factoryName },
    through,
    carriedIdr: 0,
    ...row,
  }))
}

/** A line of a settlement, as the settlement's factory sees it. */
export interface SettlementLine {
  kind: 'sale' | 'refund' | 'adjustment'
  postedAt: Date
  orderCode: string | null
  sku: string | null
  name: string | null
  quantity: number | null
  grossIdr: Rupiah
  commissionIdr: Rupiah
  netIdr: Rupiah
}

export interface SettlementDetail extends StoredSettlement {
  lines: SettlementLine[]
  /** The payouts of the settlement, newest first. */
  payouts: PayoutView[]
}

/**
 * Returns one settlement, by its id or its code.
 * @throws settlement.not_found
 */
export async function getSettlement(tx: Tx, named: string): Promise<StoredSettlement> {
  const key = idOrCode(named)
  const where = 'id' in key ? sql`s.id = ${key.id}::uuid` : sql`s.code = ${key.code}`
  const [found] = await settlementViews(tx, where, 1)
  if (!found) throw settlementErrors.not_found({ settlement: named })
  return found
}

/**
 * Returns one settlement with its lines and payouts.
 * @throws settlement.not_found
 */
export async function showSettlement(tx: Tx, vault: Vault, named: string): Promise<SettlementDetail> {
  const found = await getSettlement(tx, named)
  const { rows: lines } = await sql<SettlementLine>`
    select l.kind, l.posted_at, o.code as order_code, i.sku, i.name, i.quantity, l.gross_idr, l.commission_idr, l.net_idr
    from settlement_items l left join orders o on o.id = l.order_id left join order_items i on i.id = l.order_item_id
    where l.settlement_id = ${found.id} order by l.entry_seq`.execute(tx)
  return { ...found, lines, payouts: await payoutsOf(tx, vault, found.id) }
}

export interface SettlementFilter {
  status?: string | undefined
  factoryId?: string | undefined
  limit: number
  cursor?: string | undefined
}

/** Lists settlements, newest first, by keyset pages. */
export async function listSettlements(
  tx: Tx,
  filter: SettlementFilter,
): Promise<{ data: StoredSettlement[]; nextCursor: string | null }> {
  const wheres = [sql`true`]
  if (filter.status) wheres.push(sql`s.status = ${filter.status}`)
  if (filter.factoryId) wheres.push(sql`s.factory_id = ${filter.factoryId}::uuid`)
  if (filter.cursor) wheres.push(sql`s.id < ${filter.cursor}::uuid`)
  const rows = await settlementViews(tx, sql.join(wheres, sql` and `), filter.limit + 1)
  return pageOf(rows, filter.limit, (row) => row.id)
}
