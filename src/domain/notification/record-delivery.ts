import { ProviderFailure, retryAt, type Work } from '../kernel/index.ts'
import type { DeliveryChannel } from './claim-deliveries.ts'

export interface DeliveryOutcome {
  id: string
  /** The attempt whose outcome this is. */
  attempts: number
  result: { messageId: string | null } | ProviderFailure
}

/** Writes down what came of an attempt. A definite no ends it, and so do too many tries. */
export async function recordDelivery(
  work: Work,
  channel: DeliveryChannel,
  { id, attempts, result }: DeliveryOutcome,
): Promise<void> {
  const delivery = work.tx
    .updateTable('notificationDeliveries')
    .where('id', '=', id)
    .where('status', '=', 'queued')
  if (!(result instanceof ProviderFailure)) {
    const sent = { status: 'sent', providerMessageId: result.messageId, failureCode: null }
    await delivery.set({ ...sent, nextAttemptAt: null, updatedAt: work.now }).execute()
    return
  }
  const { code, outcome, retryAfterS } = result
  if (outcome === 'refused' || attempts >= work.policy.providerAttempts) {
    const failed = { status: 'failed', failureCode: code, nextAttemptAt: null, updatedAt: work.now }
    await delivery.set(failed).where('attempts', '=', attempts).execute()
    raiseFailure(work, channel, id, code)
    return
  }
  const putOff = {
    nextAttemptAt: retryAt(work.now, attempts, retryAfterS),
    failureCode: code,
    updatedAt: work.now,
  }
  await delivery.set(putOff).where('attempts', '=', attempts).execute()
}

const names: Record<DeliveryChannel, string> = { email: 'Emails', push: 'Push messages' }

/** One thing to look at for each reason, not for each notice: when a server is down, thousands fail alike. */
function raiseFailure(work: Work, channel: DeliveryChannel, deliveryId: string, failureCode: string): void {
  work.raise({
    kind: `${channel}.failed`,
    subject: ['failure_code', failureCode],
    message: `${names[channel]} do not get through: ${failureCode}`,
    command: `laku notifications list --channel ${channel} --status failed`,
    details: { lastDeliveryId: deliveryId },
  })
}
