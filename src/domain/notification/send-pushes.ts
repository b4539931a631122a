import { sql } from 'kysely'
import { type Actor, ProviderFailure, type UnitOfWork } from '../kernel/index.ts'
import { type ClaimedDelivery, skipDeliveries } from './claim-deliveries.ts'
import type { PushSender, PushSubscription } from './push.ts'
import { sendDeliveries } from './send-deliveries.ts'

export interface PushContext {
  unitOfWork: UnitOfWork
  actor: Actor
  push: PushSender
}

interface Push extends ClaimedDelivery {
  browsers: (PushSubscription & { id: string })[]
}

const BATCH = 50

/**
 * Sends these push messages to every browser of the recipient, and leaves out messages that are not due. A
 * push message counts as sent if it reached one browser. A browser that has unsubscribed is deleted from
 * laku.
 */
export async function sendPushes(
  { unitOfWork, actor, push }: PushContext,
  deliveryIds: readonly string[],
): Promise<void> {
  const address = (claimed: ClaimedDelivery[]): Promise<Push[]> =>
    unitOfWork.run(actor, async (work) => {
      const { rows } = await sql<PushSubscription & { id: string; userId: string }>`
        select id, user_id, endpoint, p256dh, auth from push_subscriptions
        where user_id = any(${claimed.map((delivery) => delivery.userId)}::uuid[])`.execute(work.tx)
      const browsers = Map.groupBy(rows, (row) => row.userId)
      const nobody = claimed.filter(({ userId }) => !browsers.has(userId))
      await skipDeliveries(
        work,
        nobody.map(({ id }) => id),
      )
      return claimed.flatMap((delivery) => {
        const known = browsers.get(delivery.userId)
        return known ? [{ ...delivery, browsers: known }] : []
      })
    })
  const send = async ({ browsers, title, body, link }: Push) => {
    const results = await Promise.all(
      browsers.map(async (browser) => {
        try {
          return { browser, result: await push.send(browser, { title, body, link }) }
        } catch (error) {
          if (error instanceof ProviderFailure) return { browser, result: error }
          throw error
        }
      }),
    )
    const gone = results.filter(({ result }) => result === 'gone').map(({ browser }) => browser.id)
    if (gone.length > 0) {
      await unitOfWork.run(actor, ({ tx }) =>
        tx.deleteFrom('pushSubscriptions').where('id', 'in', gone).execute(),
      )
    }
    const failure = results.map(({ result }) => result).find((result) => result instanceof ProviderFailure)
    if (failure && !results.some(({ result }) => result === 'accepted')) throw failure
    return { messageId: null }
  }
  await sendDeliveries({ unitOfWork, actor, channel: 'push', batch: BATCH, address, send }, deliveryIds)
}
