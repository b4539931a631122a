import {
  type DisputeNotice,
  type GatewayNotice,
  processNotices,
  reportDisputes,
} from '../../domain/payment/index.ts'
import { type PayoutNotice, processPayoutNotices } from '../../domain/payout/index.ts'
import { markProcessed, recordFailedWebhooks } from '../../domain/webhooks/index.ts'
import { parseXenditWebhook } from '../../providers/xendit/webhook.ts'
import { defineWebhookQueue } from '../webhook-queue.ts'

/**
 * Processes Xendit's webhooks about payments, refunds and payouts: reads each object or page from Xendit
 * once, and applies a batch in one transaction.
 */
export const webhooksXenditJob = defineWebhookQueue({
  provider: 'xendit',
  parse: parseXenditWebhook,
  follow: async ({ unitOfWork, providers }, actor, deliveries) => {
    const notices: GatewayNotice[] = []
    const payouts: PayoutNotice[] = []
    const disputes: DisputeNotice[] = []
    for (const { id: inboxId, receivedAt, update } of deliveries) {
      if (update.kind === 'payout')
        payouts.push({ inboxId, id: update.id, referenceId: update.referenceId, says: update.status })
      else if (update.kind === 'dispute') disputes.push({ inboxId, ...update })
      else notices.push({ inboxId, kind: update.kind, id: update.id, receivedAt, says: update.status })
    }
    if (disputes.length > 0) await unitOfWork.run(actor, (work) => reportDisputes(work, disputes))
    await processNotices({ unitOfWork, actor, gateway: providers.gateway }, notices)
    await processPayoutNotices(
      { unitOfWork, actor, payouts: providers.payouts },
      payouts,
      async (work, { processed, failed }) => {
        await markProcessed(work, processed)
        await recordFailedWebhooks(work, failed)
      },
    )
  },
})
