import { sql } from 'kysely'
import { insertRows, newId, type Work } from '../kernel/index.ts'
import { warehouseErrors } from './errors.ts'
import { type StockLine, totalsOf } from './rules.ts'

/**
 * Turns a session's open reservation into its orders' reservations. Their totals are the same, so the inventory and
 * its movements stay as they are. Orders that have their reservation already must be left out.
 * @throws warehouse.reservation_mismatch where the orders ask for more or less than is reserved
 */
export async function handOverReservation(
  work: Work,
  input: { sessionId: string; orders: readonly { orderId: string; lines: readonly StockLine[] }[] },
): Promise<void> {
  if (input.orders.length === 0) return
  const { rows: consumed } = await sql<StockLine>`
    update stock_reservations set status = 'consumed', closed_at = ${work.now}
    where subject_id = ${input.sessionId} and subject_kind = 'session' and status = 'open'
    returning variant_id, quantity`.execute(work.tx)
  requireEqual(input.sessionId, consumed, totalsOf(input.orders.flatMap((order) => order.lines)))
  const rows = input.orders.flatMap(({ orderId, lines }) =>
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

function requireEqual(sessionId: string, reserved: readonly StockLine[], asked: Map<string, number>): void {
  const has = totalsOf(reserved)
  const variants = new Set([...has.keys(), ...asked.keys()])
  const off = [...variants].flatMap((variantId) => {
    const line = { variantId, reserved: has.get(variantId) ?? 0, asked: asked.get(variantId) ?? 0 }
    return line.reserved === line.asked ? [] : [line]
  })
  if (off.length > 0) throw warehouseErrors.reservation_mismatch({ sessionId, variants: off })
}
