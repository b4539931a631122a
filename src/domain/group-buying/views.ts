import { sql } from 'kysely'
import type { Rupiah, Tx } from '../kernel/index.ts'
import type { Tier } from './lifecycle/final-price.ts'
import type { ClosePolicy } from './lifecycle/moq.ts'
import type { SessionStatus } from './transitions.ts'

/** The view of a session that everybody sees. */
export interface SessionView {
  id: string
  code: string
  status: SessionStatus
  product: { id: string; name: string }
  moq: number
  capacity: number | null
  perUserLimit: number | null
  paidUnits: number
  heldUnits: number
  /** The number of buyers in the session who have paid. */
  participants: number
  closePolicy: ClosePolicy
  startsAt: Date | null
  endsAt: Date
  tiers: TierView[]
  /**
   * The tier whose prices are final, by its minimum units, and its lowest price. Null until the session has
   * closed with success.
   */
  finalMinUnits: number | null
  finalUnitPriceIdr: Rupiah | null
}

export interface TierView extends Tier {
  /**
   * The price of each variant that the session sells, if their prices differ, or if the product has variants
   * that were added later and are not sold in the session. Otherwise null: then `unitPriceIdr` is the price
   * of every variant.
   */
  variantPrices: { variantId: string; sku: string; unitPriceIdr: Rupiah }[] | null
}

type SessionRow = Omit<SessionView, 'product'> & { productId: string; productName: string }

const tiers = sql`(
  select jsonb_agg(jsonb_build_object('minUnits', t.min_units, 'unitPriceIdr', t.unit_price_idr, 'variantPrices', (
    select case when max(p.unit_price_idr) > t.unit_price_idr
        or count(*) < (select count(*) from product_variants o where o.product_id = s.product_id) then jsonb_agg(
      jsonb_build_object('variantId', v.id, 'sku', v.sku, 'unitPriceIdr', p.unit_price_idr) order by v.sku) end
    from session_tier_prices p join product_variants v on v.id = p.variant_id
    where p.session_id = t.session_id and p.min_units = t.min_units)) order by t.min_units)
  from session_tiers t where t.session_id = s.id)`

/**
 * Returns sessions as they are printed and sent to clients, newest first. The condition `where` refers to the
 * session's row as `s`.
 */
export async function sessionViews(
  tx: Tx,
  where: ReturnType<typeof sql<boolean>>,
  limit: number,
): Promise<SessionView[]> {
  const { rows } = await sql<SessionRow>`
    select s.id, s.code, s.status, s.product_id, p.name as product_name, s.moq, s.capacity, s.per_user_limit,
      s.paid_units, s.held_units, s.participants, s.close_policy, s.starts_at, s.ends_at, ${tiers} as tiers,
      s.final_min_units, s.final_unit_price_idr
    from group_buying_sessions s join products p on p.id = s.product_id
    where ${where} order by s.id desc limit ${limit}`.execute(tx)
  return rows.map(({ productId, productName, ...row }) => ({
    id: row.id,
    code: row.code,
    status: row.status,
    product: { id: productId, name: productName },
    moq: row.moq,
    capacity: row.capacity,
    perUserLimit: row.perUserLimit,
    paidUnits: row.paidUnits,
    heldUnits: row.heldUnits,
    participants: row.participants,
    closePolicy: row.closePolicy,
    startsAt: row.startsAt,
    endsAt: row.endsAt,
    tiers: row.tiers,
    finalMinUnits: row.finalMinUnits,
    finalUnitPriceIdr: row.finalUnitPriceIdr,
  }))
}
