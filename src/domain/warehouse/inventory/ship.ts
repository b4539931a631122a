import { sql } from 'kysely'
import { moveState, type Work } from '../../kernel/index.ts'
import { reservationMachine } from '../transitions.ts'
import { lockStock } from './lock.ts'
import { recordMovements } from './record-movements.ts'

/**
 * Removes the pieces that are reserved for these orders from stock, because they left with the orders'
 * parcels. The reservations get the status `consumed`. An order without an open reservation is skipped, so a
 * repeated call changes nothing.
 */
export async function shipStock(work: Work, orderIds: readonly string[]): Promise<void> {
  if (orderIds.length === 0) return
  const ids = [...orderIds]
  const { rows: held } = await sql<{ variantId: string }>`
    select distinct variant_id from stock_reservations
    where subject_id = any(${ids}::uuid[]) and subject_kind = 'order' and status = 'open'`.execute(work.tx)
  if (held.length === 0) return
  await lockStock(
    work.tx,
    held.map((row) => row.variantId),
  )
  const shipped = await moveState(work, reservationMachine, {
    to: 'consumed',
    set: { closedAt: work.now },
    where: sql`t.subject_id = any(${ids}::uuid[]) and t.subject_kind = 'order'`,
    returning: sql<{ variantId: string; quantity: number; subjectId: string }>`
      t.variant_id, t.quantity, t.subject_id`,
  })
  await recordMovements(
    work,
    shipped.map(({ variantId, quantity, subjectId }) => ({
      variantId,
      kind: 'shipped' as const,
      onHandChange: -quantity,
      reservedChange: -quantity,
      subject: ['order', subjectId] as [string, string],
    })),
  )
}
