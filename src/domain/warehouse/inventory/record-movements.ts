import { sql } from 'kysely'
import { actorLabel, asRecords, insertRows, newId, type Work } from '../../kernel/index.ts'

export interface Movement {
  variantId: string
  kind: 'adjusted' | 'reserved' | 'released' | 'shipped' | 'received' | 'restocked' | 'written_off'
  onHandChange: number
  reservedChange: number
  subject: [kind: string, id: string]
  reason?: string
}

/**
 * Records movements of stock, and changes the inventory row of each variant once, by the sum of the variant's
 * movements. The inventory rows must exist and be locked.
 */
export async function recordMovements(work: Work, movements: readonly Movement[]): Promise<void> {
  if (movements.length === 0) return
  const changes = [...Map.groupBy(movements, (movement) => movement.variantId)].map(([variantId, all]) => ({
    variantId,
    onHandChange: all.reduce((sum, movement) => sum + movement.onHandChange, 0),
    reservedChange: all.reduce((sum, movement) => sum + movement.reservedChange, 0),
  }))
  await sql`
    update warehouse_inventory i
    set on_hand = i.on_hand + c.on_hand_change, reserved = i.reserved + c.reserved_change, updated_at = ${work.now}
    from jsonb_to_recordset(${asRecords(changes)}::jsonb) as c(variant_id uuid, on_hand_change integer, reserved_change integer)
    where i.variant_id = c.variant_id`.execute(work.tx)
  const actor = actorLabel(work.actor)
  await insertRows(
    work.tx,
    'stockMovements',
    movements.map(({ subject, reason, ...movement }) => ({
      id: newId(),
      ...movement,
      subjectKind: subject[0],
      subjectId: subject[1],
      actor,
      reason: reason ?? null,
      movedAt: work.now,
    })),
  )
}
