import { CHECK_REFERENCE } from '../../../providers/facts.ts'
import { ProviderFailure, type Work } from '../../kernel/index.ts'
import { isPaused } from '../../ops/index.ts'
import { type Asked, type TrackingContext, trackParcels } from './track-parcels.ts'

/** A delivery of the courier aggregator: that there are updates of an order of its own. */
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
 * Follows the aggregator's webhooks: what each speaks of is read again, once however many speak of it, and
 * recorded in one transaction together with the marks that `mark` sets in the inbox. One that comes before
 * its booking is written down waits for it. While staff have paused the courier all of them wait.
 */
export async function processParcelNotices(
  context: TrackingContext,
  notices: readonly ParcelNotice[],
  mark: (work: Work, inbox: ParcelInbox) => Promise<void>,
): Promise<void> {
  if (notices.length === 0) return
  const { units, actor } = context
  if (await units.run(actor, ({ tx }) => isPaused(tx, 'biteship'))) return
  const courierOrderIds = notices.map((notice) => notice.courierOrderId)
  const ofCheck = await madeByCheck(context, notices)
  await trackParcels(context, courierOrderIds, (work, asked) =>
    mark(work, inboxOf(work, notices, asked, ofCheck)),
  )
}

/**
 * Orders that `laku providers check` made and cancelled. Of one that stays unknown it is asked whether it is
 * one of these.
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
