import { sql } from 'kysely'
import type { Work } from '../../kernel/index.ts'

/** A courier that cancelled so often by itself will do so again: a person books another one. */
export const BOOKINGS_BY_ITSELF = 3

/**
 * Shows a person the orders of these parcels, just cancelled, that no courier is asked for by itself any
 * more.
 */
export async function reportCancelledByCourier(work: Work, orderIds: readonly string[]): Promise<void> {
  if (orderIds.length === 0) return
  const { rows } = await sql<{ id: string; code: string; times: number }>`
    select o.id, o.code, count(*)::integer as times from orders o join shipments s on s.order_id = o.id
    where o.id = any(${[...orderIds]}::uuid[]) and s.status in ('cancelled', 'not_found')
    group by o.id having count(*) >= ${BOOKINGS_BY_ITSELF} order by o.id`.execute(work.tx)
  for (const { id, code, times } of rows) {
    work.requestAttention({
      kind: 'order_called_off',
      subject: ['order', id],
      message: `Couriers have called the parcel of ${code} off ${times} times; none is booked by itself any more`,
      command: `laku shipments create ${code} --courier COMPANY:TYPE`,
      details: { code, times, otherwise: `laku orders cancel ${code}` },
    })
  }
}
