import { answerCalls } from '../../domain/auth/index.ts'
import type { Work } from '../../domain/kernel/index.ts'
import { recordReplies } from '../../domain/warehouse/index.ts'
import { markProcessed, recordFailedWebhooks, reportUnread } from '../../domain/webhooks/index.ts'
import { type MessageStatusUpdate, recordStatuses } from '../../domain/whatsapp/index.ts'
import { parseFonnteWebhook } from '../../providers/whatsapp/fonnte-webhook.ts'
import { parseWhatsAppWebhook, type WhatsAppDelivery } from '../../providers/whatsapp/webhook.ts'
import { type Delivery, defineWebhookQueue } from '../webhook-queue.ts'

/**
 * The number of retries for a status update whose message is not found. The update may have come too early:
 * the worker that sent the message has then not yet stored the provider's id of the message.
 */
const EARLY_TRIES = 2

/**
 * Processes WhatsApp webhooks: the status of messages, requests for a login code, and replies of factories.
 * No provider is asked, and each batch is one transaction.
 */
export const webhooksWhatsappJob = defineWebhookQueue({
  provider: 'whatsapp',
  // The webhook's body has either Meta's form or Fonnte's, because both send WhatsApp messages for laku.
  parse: (body, delivery) => parseWhatsAppWebhook(body) ?? parseFonnteWebhook(body, delivery),
  follow: ({ unitOfWork }, actor, deliveries) =>
    unitOfWork.run(actor, (work) => applyWhatsAppWebhooks(work, deliveries)),
})

async function applyWhatsAppWebhooks(
  work: Work,
  deliveries: readonly Delivery<WhatsAppDelivery>[],
): Promise<void> {
  const statuses = await recordStatuses(
    work,
    deliveries.flatMap(({ update }) => update.statuses.map(updateOf)),
  )
  await answerCalls(
    work,
    deliveries.flatMap(({ update }) => update.messages),
  )
  const replies = await recordReplies(
    work,
    deliveries.flatMap(({ update }) => update.messages),
  )
  const unknown = new Set([...statuses.unknown, ...replies.unknown])
  const early = deliveries.filter(
    ({ attempts, update }) =>
      attempts < EARLY_TRIES &&
      [...update.statuses, ...update.messages].some(({ providerMessageId }) =>
        unknown.has(providerMessageId),
      ),
  )
  await recordFailedWebhooks(
    work,
    early.map(({ id }) => ({ id, error: 'update about a message that is not known yet' })),
  )
  for (const delivery of deliveries) reportUnread(work, delivery, delivery.update.unread ?? [])
  const done = deliveries.filter((delivery) => !early.includes(delivery))
  await markProcessed(
    work,
    done.map((delivery) => delivery.id),
  )
}

function updateOf({ errorCode, ...status }: WhatsAppDelivery['statuses'][number]): MessageStatusUpdate {
  return { ...status, failureCode: errorCode }
}
