import { moveState, requireReason, requireStaff, type Work } from '../kernel/index.ts'
import { endAttention } from '../ops/index.ts'
import { showWebhook, type WebhookDetail } from './list.ts'
import { webhookMachine } from './transitions.ts'

/**
 * Gives up a webhook delivery that keeps failing, at the request of staff. It is processed only if staff
 * replay it. If it reported a movement of money, laku still finds the money by querying the provider.
 * @throws payment.webhook_not_found, kernel.illegal_transition, kernel.reason_required, kernel.forbidden
 */
export async function discardWebhook(
  work: Work,
  input: { id: string; reason?: string | undefined },
): Promise<WebhookDetail> {
  requireStaff(work.actor, 'finance')
  const { id } = input
  const reason = requireReason(work, input.reason)
  const { status } = await showWebhook(work.tx, id)
  const set = { error: 'discarded by staff' }
  await moveState(work, webhookMachine, { to: 'failed', ids: [id], set, all: true })
  await endAttention(work, 'webhook_failed', id, 'it was discarded')
  const [before, after] = [{ status }, { status: 'failed', reason }]
  work.audit({ command: 'webhooks discard', subject: ['webhook', id], before, after })
  return await showWebhook(work.tx, id)
}
