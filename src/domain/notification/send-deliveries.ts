import { type Actor, attempt, ProviderFailure, type UnitOfWork, type Work } from '../kernel/index.ts'
import { allOrEach, setAside } from '../ops/index.ts'
import { type ClaimedDelivery, claimDeliveries, type DeliveryChannel } from './claim-deliveries.ts'
import { recordDelivery } from './record-delivery.ts'

export interface DeliveryWay<D extends ClaimedDelivery> {
  unitOfWork: UnitOfWork
  actor: Actor
  channel: DeliveryChannel
  /**
   * The number of deliveries that are sent at the same time. They must all be sent before the worker's
   * reservation of them ends.
   */
  batch: number
  /**
   * Returns the deliveries that this worker has reserved and whose notice still has a recipient, each with
   * the recipient's address.
   */
  address: (claimed: ClaimedDelivery[]) => Promise<D[]>
  /** Sends one delivery. Throws ProviderFailure. */
  send: (delivery: D) => Promise<{ messageId: string | null }>
}

/**
 * Sends these deliveries of notices, and leaves out those that are not due. A delivery with an unknown
 * outcome is sent again, because a duplicate notice does no harm.
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
  const { unitOfWork, actor, channel } = way
  const claimed = await unitOfWork.run(actor, (work) => claimDeliveries(work, channel, ids))
  const sendOne = async (delivery: D) => {
    const { id, attempts } = delivery
    const result = await attempt(() => way.send(delivery))
    await unitOfWork.run(actor, (work) => recordDelivery(work, channel, { id, attempts, result }))
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
 * Postpones a delivery after an error in laku's own code, and raises an attention item. The channel's other
 * deliveries are sent all the same.
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
      message: `A notice by ${channel} could not be sent or recorded`,
      command: `laku notifications list --channel ${channel}`,
    }
  }
