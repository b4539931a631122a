import { sql } from 'kysely'
import { inSql, kernelErrors, type Rupiah, type Work } from '../../kernel/index.ts'
import { credit, debit, post } from '../../ledger/index.ts'
import { cancelledShipmentStates, type ShipmentStatus, undeliveredShipmentStates } from '../transitions.ts'

/** Whether the courier keeps the price of a parcel that was not delivered, or gives it back. */
export const courierPrices = ['kept', 'returned'] as const
export type CourierPrice = (typeof courierPrices)[number]

/**
 * Refuses what staff say about the price that the courier named for a parcel, unless three conditions hold.
 * The parcel ends without a delivery, the courier has named a price, and staff have not said it before.
 * @throws kernel.option_not_taken
 */
export function requirePriceAtEnd(
  {
    code,
    priceIdr,
    courierPrice,
  }: { code: string; priceIdr: Rupiah | null; courierPrice: CourierPrice | null },
  status: ShipmentStatus,
): void {
  const why = !undeliveredShipmentStates.includes(status)
    ? `it does not fit the status ${status}`
    : courierPrice !== null
      ? `staff have said before that the price is ${courierPrice}`
      : !priceIdr
        ? 'the courier has named no price'
        : undefined
  if (why) throw kernelErrors.option_not_taken({ option: '--courier-price', shipment: code, why })
}

/**
 * Stores a person's statement whether the courier keeps the price of a parcel. If the courier keeps the price
 * of a cancelled parcel, the company bears that price (account `subsidy`), because the buyer's shipping fee
 * pays for the order's next parcel.
 */
export async function recordCourierPrice(work: Work, shipmentId: string, said: CourierPrice): Promise<void> {
  const { rows } = await sql<{ priceIdr: Rupiah }>`
    update shipments set courier_price = ${said} where id = ${shipmentId}::uuid and courier_price is null
    returning case when ${said} = 'kept' and status in ${inSql(cancelledShipmentStates)} then coalesce(price_idr, 0) else 0 end
      as price_idr`.execute(work.tx)
  await post(
    work,
    rows
      .filter((row) => row.priceIdr > 0)
      .map(({ priceIdr }) => ({
        key: `shipment:${shipmentId}:price-kept`,
        kind: 'shipment_price_kept',
        // The subject of this posting is of the kind `shipment_price`, not `shipment`. Otherwise this posting
        // would count as one of the parcel's own postings, and those of a cancelled parcel come to nothing.
        subject: ['shipment_price', shipmentId] as [string, string],
        entries: [debit('subsidy', priceIdr), credit('courier-deposit', priceIdr)],
      })),
  )
}
