import { sql } from 'kysely'
import { moveState, ProviderFailure, retryAt, type Work } from '../kernel/index.ts'
import type { DeliveryChannel } from './claim-deliveries.ts'
import { endHold, holdUp, isOfAccount } from './hold-deliveries.ts'
import { reportDeliveryFailure } from './report-failure.ts'
import { deliveryMachine } from './transitions.ts'

export interface DeliveryOutcome {
  id: string
  /** The number of the attempt to send this delivery. `result` is the result of that attempt. */
  attempts: number
  result: { messageId: string | null } | ProviderFailure
}

/**
 * Records the result of an attempt to send a notice's delivery. A refusal of this message, or too many
 * attempts, ends the delivery. A refusal because of laku's account at the provider postpones all deliveries
 * of the channel instead.
 */
export async function recordDelivery(
  work: Work,
  channel: DeliveryChannel,
  { id, attempts, result }: DeliveryOutcome,
): Promise<void> {
  const ended = { nextAttemptAt: null, updatedAt: work.now }
  if (!(result instanceof ProviderFailure)) {
    const set = { providerMessageId: result.messageId, failureCode: null, ...ended }
    await moveState(work, deliveryMachine, { to: 'sent', ids: [id], set })
    await endHold(work, channel)
    return
  }
  const { code, outcome, retryAfterS } = result
  if (isOfAccount(channel, code)) {
    await holdUp(work, channel, { id, attempts, code })
    return
  }
  if (outcome === 'refused' || attempts >= work.policy.providerAttempts) {
    await moveState(work, deliveryMachine, {
      to: 'failed',
      ids: [id],
      set: { failureCode: code, ...ended },
      where: sql`t.attempts = ${attempts}`,
    })
    reportDeliveryFailure(work, channel, id, code)
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
