import type { Work } from '../kernel/index.ts'
import type { DeliveryChannel } from './claim-deliveries.ts'

const names: Record<DeliveryChannel, string> = { email: 'Emails', push: 'Push messages' }

/**
 * Raises one attention item for each failure code, and not for each notice. When a mail server is down,
 * thousands of notices fail with the same code.
 */
export function reportDeliveryFailure(
  work: Work,
  channel: DeliveryChannel,
  deliveryId: string,
  failureCode: string,
): void {
  work.requestAttention({
    kind: `${channel}.failed`,
    subject: ['failure_code', failureCode],
    message: `${names[channel]} are not delivered (${failureCode}). Look at those that failed, and fix the cause.`,
    command: `laku notifications list --channel ${channel} --status failed`,
    details: { lastDeliveryId: deliveryId },
  })
}
