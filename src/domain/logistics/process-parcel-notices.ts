import { isPaused, type Work } from '../kernel/index.ts'
import { type Asked, type TrackingContext, trackParcels } from './track-parcels.ts'

/** A delivery of the courier aggregator: that there is news of an order of its own. */
export interface ParcelNotice {
  inboxId: string
  courierOrderId: string
  /** Tries that failed. */
  attempts: number
}

export interface ParcelInbox {
  processed: string[]
  failed: { id: string; error: string; forGood: boolean }[]
}

/**
 * Follows the aggregator's webhooks: what each speaks of is read again, once however many speak of it, and recorded in one transaction
 * together with the marks that `mark` sets in the inbox. One that comes before its booking is written down waits for it. While staff
 * have paused the courier all of them wait.
 */
export async function processParcelNotices(
  context: TrackingContext,
  notices: readonly ParcelNotice[],
  mark: (work: Work, inbox: ParcelInbox) => Promise<void>,
): Promise<void> {
  if (notices.length === 0) return
  const { units, actor } = context
  if (await units.run(actor, ({ tx }) => isPaused(tx, 'biteship'))) return
  const courierOrderIds = notices.map((one) => one.courierOrderId)
  await trackParcels(context, courierOrderIds, (work, asked) => mark(work, inboxOf(work, notices, asked)))
}

function inboxOf({ policy }: Work, notices: readonly ParcelNotice[], asked: Asked): ParcelInbox {
  const read = new Set(asked.read)
  const unknown = new Set(asked.unknown)
  const errors = new Map(asked.failed.map(({ id, error }) => [id, error]))
  const inbox: ParcelInbox = { processed: [], failed: [] }
  for (const { inboxId: id, courierOrderId, attempts } of notices) {
    const error = errors.get(courierOrderId)
    if (read.has(courierOrderId)) inbox.processed.push(id)
    else if (error !== undefined) inbox.failed.push({ id, error, forGood: false })
    else if (unknown.has(courierOrderId)) {
      const forGood = attempts + 1 >= policy.providerAttempts
      inbox.failed.push({ id, error: 'no parcel has this order of the courier', forGood })
    }
  }
  return inbox
}
