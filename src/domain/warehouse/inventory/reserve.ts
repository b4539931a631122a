import type { Work } from '../../kernel/index.ts'
import { lockStock } from './lock.ts'
import { recordMovements } from './record-movements.ts'
import { growReservations, openReservations } from './reservations.ts'
import { allocate, reservationKey, type Shortage, type StockDemand } from './rules.ts'

/**
 * Reserves stock for sessions and orders, one after the other in the given sequence. Each session or order
 * gets all its pieces, or none. Pieces that are already reserved for it count, so a repeated call changes
 * nothing. Returns the sessions and orders that got their pieces, and the pieces that the others lack, by
 * variant.
 * @throws warehouse.invalid_quantity
 */
export async function reserveStock(
  work: Work,
  demands: readonly StockDemand[],
): Promise<{ reserved: string[]; short: Shortage[] }> {
  const variantIds = demands.flatMap((demand) => demand.lines.map((line) => line.variantId))
  if (variantIds.length === 0) return { reserved: demands.map((demand) => demand.subjectId), short: [] }
  const stock = await lockStock(work.tx, variantIds)
  const held = await openReservations(
    work.tx,
    demands.map((demand) => demand.subjectId),
  )
  const holds = new Map(held.map((row) => [reservationKey(row.subjectId, row.variantId), row.quantity]))
  const { granted, short } = allocate(demands, stock, holds)
  await growReservations(
    work,
    granted.flatMap(({ demand: { subjectKind, subjectId }, needs }) =>
      needs.map((line) => ({ subjectKind, subjectId, ...line })),
    ),
  )
  await recordMovements(
    work,
    granted.flatMap(({ demand, needs }) =>
      needs.map(({ variantId, quantity }) => ({
        variantId,
        kind: 'reserved' as const,
        onHandChange: 0,
        reservedChange: quantity,
        subject: [demand.subjectKind, demand.subjectId] as [string, string],
      })),
    ),
  )
  for (const { demand, needs } of granted) {
    if (needs.length === 0) continue
    const { subjectKind, subjectId } = demand
    const units = needs.reduce((sum, line) => sum + line.quantity, 0)
    work.emit({
      type: 'stock.reserved',
      aggregate: [subjectKind, subjectId],
      payload: { subjectKind, subjectId, units },
    })
  }
  return { reserved: granted.map(({ demand }) => demand.subjectId), short }
}
