import { type Actor, attempt, ProviderFailure, type UnitOfWork, type Work } from '../kernel/index.ts'
import { allOrEach, setAside } from '../ops/index.ts'
import { type ClaimedDelivery, claimDeliveries, type DeliveryChannel } from './claim-deliveries.ts'
import { recordDelivery } from './record-delivery.ts'

export interface DeliveryWay<D extends ClaimedDelivery> {
  units: UnitOfWork
  actor: Actor
  channel: DeliveryChannel
  /**
   * The batch size: the number of deliveries that are sent at the same time. A batch ends before the lease of
   * its deliveries does.
   */
  batch: number
  /** Returns the claimed deliveries that are to be sent; the rest no longer has a recipient. */
  address: (claimed: ClaimedDelivery[]) => Promise<D[]>
  /** Sends one delivery. Throws ProviderFailure. */
  send: (delivery: D) => Promise<{ messageId: string | null }>
}

/**
 * Sends those of the deliveries that are due. After an unknown outcome the delivery is retried, because a
 * duplicate notice does no harm.
 */
export async function sendDeliveries<D extends ClaimedDelivery>(
  way: DeliveryWay<D>,
  deliveryIds: readonly string[],
): Promise<void> {
  for (let start = 0; start < deliveryIds.length; start += way.batch) {
    await sendBatch(way, deliveryIds.slice(start, start + way.batch))
  }
}

async function sendBatch<D extends ClaimedDelivery>(way: DeliveryWay<D>, ids: string[]): Promise<void> {
  const { units, actor, channel } = way
  const claimed = await units.run(actor, (work) => claimDeliveries(work, channel, ids))
  const sendOne = async (delivery: D) => {
    const { id, attempts } = delivery
    const result = await attempt(() => way.send(delivery))
    await units.run(actor, (work) => recordDelivery(work, channel, { id, attempts, result }))
  }
  await Promise.all(
    (await way.address(claimed)).map((delivery) =>
      allOrEach(
        [delivery],
        () => sendOne(delivery),
        (item, error) => setAside(way, item, error, putOff(channel)),
      ),
    ),
  )
}

/**
 * Postpones a delivery that failed because of laku's own error, and raises an attention item. The error must
 * not hold back the other deliveries.
 */
const putOff =
  (channel: DeliveryChannel) =>
  async (work: Work, { id, attempts }: ClaimedDelivery) => {
    const mistake = {
      provider: channel,
      operation: 'send',
      outcome: 'unknown',
      code: 'internal_error',
    } as const
    await recordDelivery(work, channel, { id, attempts, result: new ProviderFailure(mistake) })
    return {
      subject: ['notification_delivery', id] as [string, string],
      message: `a notice by ${channel} could not be sent or recorded`,
      command: `laku notifications list --channel ${channel}`,
    }
  }
