import { sql } from 'kysely'
import {
  asRecords,
  moveState,
  requireReason,
  requireStaff,
  requireTransition,
  type Work,
} from '../kernel/index.ts'
import { officeErrors } from './errors.ts'
import { getPickup } from './read-pickups.ts'
import { type PickupStatus, pickupMachine, pickupTransitions } from './transitions.ts'
import type { PickupView } from './views.ts'

/**
 * Starts a pickup: an agent has arrived at the factory and begins to count the goods.
 * @throws office.pickup_not_found (another office's too), kernel.illegal_transition, kernel.forbidden
 */
export async function startPickup(work: Work, input: { pickupId: string }): Promise<PickupView> {
  const before = await lockPickup(work, input.pickupId, 'in_progress')
  const startedBy = work.actor.kind === 'staff' ? work.actor.id : null
  const set = { startedAt: work.now, startedBy }
  await moveState(work, pickupMachine, { to: 'in_progress', ids: [before.id], set, all: true })
  work.emit({ type: 'pickup.started', aggregate: ['pickup', before.id], payload: subjectOf(before) })
  return await audited(work, 'start', before)
}

export interface PickupResult {
  pickupId: string
  /**
   * The number of pieces that the agent counted, for every item of the pickup; 0 if the factory had none.
   * Each item is given once.
   */
  counts: { variantId: string; counted: number }[]
  /** The URL of a photo of the goods. */
  photoUrl: string
  /** The name of the person who signed for the factory. */
  signedBy: string
  /** The URL of a photo of the signature. */
  signatureUrl: string
}

/**
 * Completes a pickup: the agent has counted every item and leaves with the goods. The event pickup.completed
 * notifies the warehouse of the goods to expect.
 * @throws office.pickup_not_found, not_every_item_counted, kernel.illegal_transition, kernel.forbidden
 */
export async function completePickup(work: Work, input: PickupResult): Promise<PickupView> {
  const before = await lockPickup(work, input.pickupId, 'completed')
  const lines = countedLines(before, input.counts)
  await sql`
    update pickup_items i set counted = l.counted
    from jsonb_to_recordset(${asRecords(lines)}::jsonb) as l(variant_id uuid, counted integer)
    where i.pickup_id = ${before.id} and i.variant_id = l.variant_id`.execute(work.tx)
  const { photoUrl, signedBy, signatureUrl } = input
  const set = { endedAt: work.now, photoUrl, signedBy, signatureUrl }
  await moveState(work, pickupMachine, { to: 'completed', ids: [before.id], set, all: true })
  const payload = { ...subjectOf(before), lines }
  work.emit({ type: 'pickup.completed', aggregate: ['pickup', before.id], payload })
  return await audited(work, 'complete', before)
}

function countedLines({ id, items }: PickupView, counts: PickupResult['counts']) {
  const counted = new Map(counts.map((count) => [count.variantId, count.counted]))
  const lines = items.map(({ variantId, expected }) => ({
    variantId,
    expected,
    counted: counted.get(variantId) ?? -1,
  }))
  const whole = lines.every(
    (line) => Number.isSafeInteger(line.counted) && line.counted >= 0 && line.counted <= line.expected,
  )
  if (!whole || counts.length !== items.length) {
    throw officeErrors.not_every_item_counted({
      pickupId: id,
      items: items.map(({ sku, expected }) => ({ sku, expected })),
    })
  }
  return lines
}

/**
 * Records that the goods of a pickup could not be fetched at the factory, with the reason.
 * @throws office.pickup_not_found, kernel.reason_required, kernel.illegal_transition, kernel.forbidden
 */
export async function failPickup(
  work: Work,
  input: { pickupId: string; reason?: string },
): Promise<PickupView> {
  return await end(work, input, 'failed', 'fail')
}

/**
 * Cancels a pickup, with a reason that is stored.
 * @throws office.pickup_not_found, kernel.reason_required, kernel.illegal_transition, kernel.forbidden
 */
export async function cancelPickup(
  work: Work,
  input: { pickupId: string; reason?: string },
): Promise<PickupView> {
  requireStaff(work.actor, 'warehouse', 'service')
  return await end(work, input, 'cancelled', 'cancel')
}

async function end(
  work: Work,
  input: { pickupId: string; reason?: string },
  to: 'failed' | 'cancelled',
  verb: string,
): Promise<PickupView> {
  const reason = requireReason(work, input.reason)
  const before = await lockPickup(work, input.pickupId, to)
  const set = { statusReason: reason, endedAt: work.now }
  await moveState(work, pickupMachine, { to, ids: [before.id], set, all: true })
  const payload = { ...subjectOf(before), reason }
  const type = to === 'failed' ? 'pickup.failed' : 'pickup.cancelled'
  work.emit({ type, aggregate: ['pickup', before.id], payload })
  return await audited(work, verb, before)
}

async function lockPickup(work: Work, pickupId: string, to: PickupStatus): Promise<PickupView> {
  requireStaff(work.actor, 'agent', 'warehouse', 'service')
  await sql`select from pickup_tasks where id = ${pickupId} for no key update`.execute(work.tx)
  const pickup = await getPickup(work, pickupId)
  requireTransition(pickupTransitions, pickup.status, to, 'pickup')
  return pickup
}

const subjectOf = ({ id, office, purchaseOrder }: PickupView) => ({
  pickupId: id,
  officeId: office.id,
  purchaseOrderId: purchaseOrder.id,
})

async function audited(work: Work, verb: string, before: PickupView): Promise<PickupView> {
  const after = await getPickup(work, before.id)
  work.audit({
    command: `offices pickups ${verb}`,
    subject: ['pickup', before.id],
    before: { status: before.status },
    after,
  })
  return after
}
