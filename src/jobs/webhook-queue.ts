import { type Actor, DomainError, parseJson } from '../domain/kernel/index.ts'
import { allOrEach, errorText } from '../domain/ops/index.ts'
import {
  recordFailedWebhooks,
  type WaitingWebhook,
  type WebhookProvider,
  waitingWebhooks,
} from '../domain/webhooks/index.ts'
import type { Laku } from '../runtime/laku.ts'
import { defineJob, type JobDefinition } from './define-job.ts'

/** A webhook delivery, with the update that was read from its body. */
export interface Delivery<Update> extends WaitingWebhook {
  update: Update
}

export interface WebhookQueue<Update> {
  provider: WebhookProvider
  /** Reads the update from a webhook's body; undefined if laku does not process updates of that kind. */
  parse: (body: unknown, delivery: WaitingWebhook) => Update | undefined
  /** Applies the updates of all these webhook deliveries, and marks each delivery as processed or failed. */
  follow: (laku: Laku, actor: Actor, deliveries: Delivery<Update>[]) => Promise<void>
}

/**
 * Declares the job that processes a provider's webhook deliveries in batches. Each provider has a queue of
 * its own, so that its updates do not wait while another provider is slow. Processed deliveries are skipped,
 * so running the job twice does no harm.
 */
export function defineWebhookQueue<Update>(queue: WebhookQueue<Update>): JobDefinition {
  const actor: Actor = { kind: 'provider', name: queue.provider }
  return defineJob({
    name: `webhooks.${queue.provider}`,
    batchSize: 100,
    retryLimit: 5,
    run: async (laku, jobs) => {
      const ids = jobs.map((job) => job.data.inboxId)
      const waiting = await laku.unitOfWork.run(actor, (work) => waitingWebhooks(work, ids))
      const read = waiting.map((webhook) => ({
        ...webhook,
        update: queue.parse(parseJson(webhook.body), webhook),
      }))
      const strange = read.filter((delivery) => delivery.update === undefined)
      if (strange.length > 0)
        await laku.unitOfWork.run(actor, (work) => recordFailedWebhooks(work, strange.map(notFollowed)))
      const readable = read.filter((delivery): delivery is Delivery<Update> => delivery.update !== undefined)
      await allOrEach(
        readable,
        (some) => queue.follow(laku, actor, [...some]),
        // A DomainError means that laku's rules would refuse the delivery each time. So the delivery is not
        // retried, and staff are told now. After any other error it is retried, because that error may be
        // temporary.
        ({ id }, error) =>
          laku.unitOfWork.run(actor, (work) =>
            recordFailedWebhooks(work, [
              { id, error: errorText(error), forGood: error instanceof DomainError },
            ]),
          ),
      )
      return undefined
    },
  })
}

const notFollowed = ({ id, body }: WaitingWebhook) => ({
  id,
  error: 'laku does not follow this kind of update',
  forGood: true,
  kind: eventIn(parseJson(body)),
})

/**
 * Returns the event's name in a webhook body. It is called for updates that laku does not process: laku tells
 * staff of them once for each name.
 */
function eventIn(body: unknown): string | undefined {
  const named = typeof body === 'object' && body !== null && 'event' in body ? body.event : undefined
  return typeof named === 'string' ? named.slice(0, 100) : undefined
}
