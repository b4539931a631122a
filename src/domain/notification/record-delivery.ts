import { sql } from 'kysely'
import { moveState, ProviderFailure, retryAt, type Work } from '../kernel/index.ts'
import type { DeliveryChannel } from './claim-deliveries.ts'
import { deliveryMachine } from './transitions.ts'

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
  const ended = { nextAttemptAt: null, updatedAt: work.now }
  if (!(result instanceof ProviderFailure)) {
    const set = { providerMessageId: result.messageId, failureCode: null, ...ended }
    await moveState(work, deliveryMachine, { to: 'sent', ids: [id], set })
    return
  }
  const { code, outcome, retryAfterS } = result
  if (outcome === 'refused' || attempts >= work.policy.providerAttempts) {
    await moveState(work, deliveryMachine, {
      to: 'failed',
      ids: [id],
      set: { failureCode: code, ...ended },
      where: sql`t.attempts = ${attempts}`,
    })
    raiseFailure(work, channel, id, code)
    return
  }
  const nextAttemptAt = retryAt(work.now, attempts, retryAfterS)
  await work.tx
    .updateTable('notificationDeliveries')
    .set({ nextAttemptAt, failureCode: code, updatedAt: work.now })
    .where('id', '=', id)
    .where('status', '=', 'queued')
    .where('attempts', '=', attempts)
    .execute()
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
