import { sql } from 'kysely'
import { asRecords, type EventOf, inSql, type Rupiah, type Work } from '../../kernel/index.ts'
import { groupBuyingErrors } from '../errors.ts'
import { promisedSessionStates } from '../transitions.ts'

/** A variant that a session sells at a higher price than the variant's new shelf price. */
interface Dearer {
  session: string
  sku: string
  sessionIdr: Rupiah
  shelfIdr: Rupiah
}

/**
 * Reaction to product.prices_lowered: refuses a new shelf price that is below a session's price for the same
 * variant. The shelf price is the price for a single buyer in the shop. If it were below the session's price,
 * a single buyer would pay less than the group. The session keeps its price, because people joined at that
 * price. So staff can lower the shelf price only after the session has closed.
 * @throws group_buying.shelf_below_session
 */
export async function keepBelowShelf(work: Work, events: EventOf<'product.prices_lowered'>[]): Promise<void> {
  const productIds = events.map(({ payload }) => payload.productId)
  const prices = events.flatMap(({ payload }) => payload.prices)
  const { rows } = await sql<Dearer>`
    select s.code as session, v.sku, max(t.unit_price_idr)::int8 as session_idr, r.price_idr as shelf_idr
    from group_buying_sessions s join session_tier_prices t on t.session_id = s.id
    join jsonb_to_recordset(${asRecords(prices)}::jsonb) as r(variant_id uuid, price_idr bigint) on r.variant_id = t.variant_id
    join product_variants v on v.id = t.variant_id
    where s.product_id = any(${productIds}::uuid[]) and s.status in ${inSql(promisedSessionStates)} and t.unit_price_idr > r.price_idr
    group by s.code, v.sku, r.price_idr order by s.code, v.sku limit 10`.execute(work.tx)
  if (rows.length > 0) throw groupBuyingErrors.shelf_below_session({ sessions: rows })
}
