import { sql } from 'kysely'
import { inSql, type Rupiah, type Tx, type Work } from '../../kernel/index.ts'
import { unpricedShipmentStates } from '../transitions.ts'

export interface PricedParcel {
  id: string
  priceIdr: Rupiah
  /**
   * The buyer's shipping fee less the courier's price for this parcel; null until the parcel's journey is
   * over.
   */
  marginIdr: Rupiah | null
}

/** Locks the first parcel of the order that has a price from its courier. The caller has locked the order. */
export async function lockPricedParcel(tx: Tx, orderId: string): Promise<PricedParcel | undefined> {
  const { rows } = await sql<PricedParcel>`
    select id, price_idr, margin_idr from shipments
    where order_id = ${orderId} and price_idr > 0 and status not in ${inSql(unpricedShipmentStates)}
    order by id limit 1 for no key update`.execute(tx)
  return rows[0]
}

/**
 * Lowers a parcel's shipping fee by `byIdr`. When the parcel's journey ends, laku takes this lower fee out of
 * the account `shipping`.
 */
export async function lowerFee({ tx }: Work, shipmentId: string, byIdr: Rupiah): Promise<void> {
  await sql`update shipments set fee_idr = fee_idr - ${byIdr} where id = ${shipmentId}`.execute(tx)
}
