import { sql } from 'kysely'
import { inSql, type Work } from '../../kernel/index.ts'
import { cancelledShipmentStates } from '../transitions.ts'

/**
 * The number of an order's bookings that couriers may cancel before laku stops booking automatically. After
 * that, a person books another courier.
 */
export const BOOKINGS_BY_ITSELF = 3

/**
 * Raises an attention item for each order whose parcels couriers have cancelled too often. Laku no longer
 * books a courier for these orders automatically.
 */
export async function reportCancelledByCourier(work: Work, orderIds: readonly string[]): Promise<void> {
  if (orderIds.length === 0) return
  const { rows } = await sql<{ id: string; code: string; times: number }>`
    select order_id as id, order_code as code, count(*)::integer as times from shipments
    where order_id = any(${[...orderIds]}::uuid[]) and status in ${inSql(cancelledShipmentStates)}
    group by order_id, order_code having count(*) >= ${BOOKINGS_BY_ITSELF} order by order_id`.execute(work.tx)
  for (const { id, code, times } of rows) {
    work.requestAttention({
      kind: 'order_called_off',
      subject: ['order', id],
      message: `Couriers have cancelled the parcel of ${code} ${times} times, so laku books no courier for it automatically. Book another courier, or cancel the order.`,
      command: `laku shipments create ${code} --courier COMPANY:TYPE`,
      details: { code, times, otherwise: `laku orders cancel ${code}` },
    })
  }
}
