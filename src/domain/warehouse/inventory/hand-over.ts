import { insertRows, newId, type Work } from '../../kernel/index.ts'
import { warehouseErrors } from '../errors.ts'
import { shrinkReservations } from './reservations.ts'
import { type StockLine, totalsOf } from './rules.ts'

/**
 * Passes the pieces that are reserved for a session on to these orders of the session. The total number of
 * reserved pieces stays the same, so no stock movement is recorded. The caller leaves out orders that already
 * have their reservation.
 * @throws warehouse.reservation_mismatch where the orders ask for more than is reserved
 */
export async function handOverReservation(
  work: Work,
  input: { sessionId: string; orders: readonly { orderId: string; lines: readonly StockLine[] }[] },
): Promise<void> {
  const { sessionId, orders } = input
  if (orders.length === 0) return
  const asked = [...totalsOf(orders.flatMap((order) => order.lines))].map(([variantId, quantity]) => ({
    variantId,
    quantity,
  }))
  const taken = await shrinkReservations(work, sessionId, asked, 'consumed')
  const lacking = asked.filter((line) => !taken.has(line.variantId))
  if (lacking.length > 0) throw warehouseErrors.reservation_mismatch({ sessionId, lacking })
  const rows = orders.flatMap(({ orderId, lines }) =>
    [...totalsOf(lines)].map(([variantId, quantity]) => ({
      id: newId(),
      variantId,
      subjectKind: 'order',
      subjectId: orderId,
      quantity,
      status: 'open',
      createdAt: work.now,
    })),
  )
  await insertRows(work.tx, 'stockReservations', rows)
}
