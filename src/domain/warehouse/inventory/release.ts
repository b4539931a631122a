import { sql } from 'kysely'
import { moveState, type Work } from '../../kernel/index.ts'
import { reservationMachine } from '../transitions.ts'
import { lockStock } from './lock.ts'
import { recordMovements } from './record-movements.ts'

interface Released {
  variantId: string
  quantity: number
  subjectKind: string
  subjectId: string
}

/**
 * Releases all stock that is reserved for these sessions or orders, and deletes their shortages, so that they
 * no longer wait for pieces. Emits stock.added for each variant.
 */
export async function releaseStock(work: Work, subjectIds: readonly string[]): Promise<void> {
  if (subjectIds.length === 0) return
  const ids = [...subjectIds]
  const { rows: held } = await sql<{ variantId: string }>`
    select variant_id from stock_reservations where subject_id = any(${ids}::uuid[]) and status = 'open'
    union select variant_id from stock_shortages where session_id = any(${ids}::uuid[])`.execute(work.tx)
  if (held.length === 0) return
  await lockStock(
    work.tx,
    held.map((row) => row.variantId),
  )
  await sql`delete from stock_shortages where session_id = any(${ids}::uuid[])`.execute(work.tx)
  const released = await moveState(work, reservationMachine, {
    to: 'released',
    set: { closedAt: work.now },
    where: sql`t.subject_id = any(${ids}::uuid[])`,
    returning: sql<Released>`t.variant_id, t.quantity, t.subject_kind, t.subject_id`,
  })
  await recordMovements(
    work,
    released.map(({ variantId, quantity, subjectKind, subjectId }) => ({
      variantId,
      kind: 'released' as const,
      onHandChange: 0,
      reservedChange: -quantity,
      subject: [subjectKind, subjectId],
    })),
  )
  for (const [variantId, all] of Map.groupBy(released, (row) => row.variantId)) {
    const quantity = all.reduce((sum, row) => sum + row.quantity, 0)
    work.emit({ type: 'stock.added', aggregate: ['variant', variantId], payload: { variantId, quantity } })
  }
}
