import { processParcelNotices } from '../../domain/logistics/index.ts'
import { markProcessedAsOf, recordFailedWebhooks } from '../../domain/webhooks/index.ts'
import { parseBiteshipWebhook } from '../../providers/biteship/webhook.ts'
import { defineWebhookQueue } from '../webhook-queue.ts'

/**
 * Processes Biteship's webhooks about parcels: reads each courier order from Biteship once, and applies a
 * batch in one transaction.
 */
export const webhooksBiteshipJob = defineWebhookQueue({
  provider: 'biteship',
  parse: parseBiteshipWebhook,
  follow: async ({ unitOfWork, providers }, actor, deliveries) => {
    const notices = deliveries.map(({ id, attempts, update }) => ({
      inboxId: id,
      courierOrderId: update.orderId,
      attempts,
    }))
    await processParcelNotices(
      { unitOfWork, actor, courier: providers.courier },
      notices,
      async (work, { processed, failed }) => {
        await markProcessedAsOf(
          work,
          deliveries.filter((delivery) => processed.includes(delivery.id)),
        )
        await recordFailedWebhooks(work, failed)
      },
    )
  },
})
