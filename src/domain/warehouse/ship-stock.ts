import { sql } from 'kysely'
import type { Work } from '../kernel/index.ts'
import { lockStock } from './lock-stock.ts'
import { recordMovements } from './record-movements.ts'

/**
 * Takes what is reserved for these orders out of the warehouse, for it went with their parcels: the reservations are consumed,
 * and what was on hand is less by them. An order without an open reservation is left alone, so a second run changes nothing.
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
  const { rows: shipped } = await sql<{ variantId: string; quantity: number; subjectId: string }>`
    update stock_reservations set status = 'consumed', closed_at = ${work.now}
    where subject_id = any(${ids}::uuid[]) and subject_kind = 'order' and status = 'open'
    returning variant_id, quantity, subject_id`.execute(work.tx)
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
