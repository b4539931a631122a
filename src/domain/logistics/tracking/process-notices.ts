import { CHECK_REFERENCE } from '../../../providers/facts.ts'
import { ProviderFailure, type Work } from '../../kernel/index.ts'
import { isPaused } from '../../ops/index.ts'
import { type Asked, type TrackingContext, trackParcels } from './track-parcels.ts'

/** A webhook of the courier aggregator, which reports that a courier order has updates. */
export interface ParcelNotice {
  inboxId: string
  courierOrderId: string
  /** The number of failed attempts to process this webhook of the courier aggregator. */
  attempts: number
}

export interface ParcelInbox {
  processed: string[]
  failed: { id: string; error: string; forGood: boolean }[]
}

/**
 * Processes webhooks of the courier aggregator. A courier order is read from the courier only once, however
 * many webhooks name it. One transaction records the order's new state, and calls `mark` to mark its webhooks
 * as processed.
 *
 * If a webhook arrives before the booking of its parcel is recorded, the webhook waits for the booking. While
 * staff have paused the courier, all webhooks wait.
 */
export async function processParcelNotices(
  context: TrackingContext,
  notices: readonly ParcelNotice[],
  mark: (work: Work, inbox: ParcelInbox) => Promise<void>,
): Promise<void> {
  if (notices.length === 0) return
  const { unitOfWork, actor } = context
  if (await unitOfWork.run(actor, ({ tx }) => isPaused(tx, 'biteship'))) return
  const courierOrderIds = notices.map((notice) => notice.courierOrderId)
  const ofCheck = await madeByCheck(context, notices)
  await trackParcels(context, courierOrderIds, (work, asked) =>
    mark(work, inboxOf(work, notices, asked, ofCheck)),
  )
}

/**
 * Returns the ids of those courier orders that `laku providers check` made as a test and cancelled. laku has
 * no parcel for such an order, so the first attempt to process its webhook fails. Only after that failure,
 * laku asks the courier whether the order was such a test.
 */
async function madeByCheck(
  { courier }: TrackingContext,
  notices: readonly ParcelNotice[],
): Promise<ReadonlySet<string>> {
  const ids = new Set(notices.filter((notice) => notice.attempts > 0).map((notice) => notice.courierOrderId))
  const found = new Set<string>()
  for (const id of ids) {
    const order = await courier.getOrder(id).catch((error: unknown) => {
      if (error instanceof ProviderFailure) return undefined
      throw error
    })
    if (order?.referenceId?.startsWith(CHECK_REFERENCE)) found.add(id)
  }
  return found
}

function inboxOf(
  { policy }: Work,
  notices: readonly ParcelNotice[],
  asked: Asked,
  ofCheck: ReadonlySet<string>,
): ParcelInbox {
  const read = new Set(asked.read)
  const unknown = new Set(asked.unknown)
  const errors = new Map(asked.failed.map(({ id, error }) => [id, error]))
  const inbox: ParcelInbox = { processed: [], failed: [] }
  for (const { inboxId: id, courierOrderId, attempts } of notices) {
    const error = errors.get(courierOrderId)
    if (read.has(courierOrderId) || ofCheck.has(courierOrderId)) inbox.processed.push(id)
    else if (error !== undefined) inbox.failed.push({ id, error, forGood: false })
    else if (unknown.has(courierOrderId)) {
      const forGood = attempts + 1 >= policy.providerAttempts
      inbox.failed.push({ id, error: 'no parcel has this order of the courier', forGood })
    }
  }
  return inbox
}
