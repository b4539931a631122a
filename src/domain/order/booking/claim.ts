import { sql } from 'kysely'
import type { AddressSnapshot } from '../../address/index.ts'
import type { Work } from '../../kernel/index.ts'
import {
  type ClaimedBooking,
  type CourierItem,
  claimedParcels,
  type ParcelOrigin,
} from '../../logistics/index.ts'
import { isPaused } from '../../ops/index.ts'
import { endOvertaken } from './end-overtaken.ts'

interface Row {
  id: string
  reference: string
  orderId: string
  orderCode: string
  attempts: number
  courierCompany: string
  courierType: string
  address: AddressSnapshot
  items: CourierItem[]
}

/**
 * Reserves the pending shipments of these orders that are due, for one attempt each to book a courier.
 * Reserves none while staff have paused Biteship.
 */
export async function claimBookings(
  work: Work,
  orderIds: readonly string[],
  origin: ParcelOrigin,
): Promise<ClaimedBooking[]> {
  if (await isPaused(work.tx, 'biteship')) return []
  await endOvertaken(work, orderIds)
  const { rows } = await sql<Row>`
    with ${claimedParcels(work, orderIds)}
    select c.*, o.code as order_code, o.address, (
      select jsonb_agg(jsonb_build_object('name', i.name, 'valueIdr', i.unit_price_idr, 'quantity', i.quantity, 'weightG', i.weight_g))
      from order_items i where i.order_id = o.id
    ) as items
    from claimed c join orders o on o.id = c.order_id order by c.id`.execute(work.tx)
  return rows.map((row) => ({
    shipmentId: row.id,
    orderId: row.orderId,
    orderCode: row.orderCode,
    attempts: row.attempts,
    request: {
      referenceId: row.reference,
      origin,
      destination: placeOf(row.address),
      company: row.courierCompany,
      type: row.courierType,
      items: row.items,
    },
  }))
}

function placeOf({
  recipientName,
  phone,
  street,
  district,
  city,
  province,
  postalCode,
  areaId,
}: AddressSnapshot) {
  const address = [street, district, city, province].join(', ')
  return { contactName: recipientName, contactPhone: phone, address, postalCode, areaId: areaId ?? undefined }
}
