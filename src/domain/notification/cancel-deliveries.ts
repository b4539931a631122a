import { sql } from 'kysely'
import { kernelErrors, moveState, requireReason, requireStaff, type Work } from '../kernel/index.ts'
import { type StaffNotificationView, showNotification } from './staff-views.ts'
import { deliveryMachine } from './transitions.ts'

/** The failure code of a notice's delivery that staff cancelled. */
const CANCELLED = 'cancelled'

/**
 * Cancels those messages of a notice that still wait to be sent by email, push or WhatsApp. The notice stays
 * in the buyer's inbox. A message that a provider is handling at this moment may still arrive.
 * @throws notification.not_found, kernel.illegal_transition, kernel.reason_required, kernel.forbidden
 */
export async function cancelDeliveries(
  work: Work,
  input: { notificationId: string; reason?: string | undefined },
): Promise<StaffNotificationView> {
  requireStaff(work.actor, 'support')
  const { notificationId } = input
  const reason = requireReason(work, input.reason)
  const { deliveries } = await showNotification(work, notificationId)
  const rows = await moveState(work, deliveryMachine, {
    to: 'skipped',
    set: { failureCode: CANCELLED, nextAttemptAt: null, updatedAt: work.now },
    where: sql`t.notification_id = ${notificationId}`,
    returning: sql<{ channel: string }>`t.channel`,
  })
  if (rows.length === 0) {
    const from = deliveries.map((delivery) => `${delivery.channel}: ${delivery.status}`)
    throw kernelErrors.illegal_transition({ subject: 'notification', from, to: 'skipped', allowed: [] })
  }
  const after = { channels: rows.map((row) => row.channel), reason }
  work.audit({ command: 'notifications cancel', subject: ['notification', notificationId], after })
  return await showNotification(work, notificationId)
}
