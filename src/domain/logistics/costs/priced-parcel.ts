import { sql } from 'kysely'
import type { Rupiah, Tx, Work } from '../../kernel/index.ts'

export interface PricedParcel {
  id: string
  priceIdr: Rupiah
  /** The parcel's fee less its price; null until the parcel's journey is over. */
  marginIdr: Rupiah | null
}

/** Locks the first parcel of a locked order that has a price from its courier. */
export async function lockPricedParcel(tx: Tx, orderId: string): Promise<PricedParcel | undefined> {
  const { rows } = await sql<PricedParcel>`
    select id, price_idr, margin_idr from shipments
    where order_id = ${orderId} and price_idr > 0 and status not in ('pending', 'cancelled', 'not_found')
    order by id limit 1 for no key update`.execute(tx)
  return rows[0]
}

/** Lowers by `byIdr` the fee that a parcel takes out of the account `shipping` when its journey is over. */
export async function lowerFee({ tx }: Work, shipmentId: string, byIdr: Rupiah): Promise<void> {
  await sql`update shipments set fee_idr = fee_idr - ${byIdr} where id = ${shipmentId}`.execute(tx)
}
