import { type RawBuilder, sql } from 'kysely'
import { moveState, pageOf, requireStaff, type Work } from '../kernel/index.ts'
import type { DeliveryChannel } from './claim-deliveries.ts'
import { notificationErrors } from './errors.ts'
import type { NotificationView } from './list-notifications.ts'
import { announce } from './notify-of.ts'
import { type DeliveryStatus, deliveryMachine } from './transitions.ts'

/** A notice as staff see it, with its deliveries on each channel besides the inbox. */
export interface StaffNotificationView extends NotificationView {
  userId: string
  deliveries: {
    id: string
    channel: DeliveryChannel
    status: DeliveryStatus
    attempts: number
    failureCode: string | null
  }[]
}

async function views(
  work: Work,
  where: RawBuilder<unknown>,
  limit: number,
): Promise<StaffNotificationView[]> {
  requireStaff(work.actor, 'support', 'warehouse', 'finance', 'service')
  const { rows } = await sql<StaffNotificationView>`
    select n.id, n.user_id, n.template, n.title, n.body, n.link, n.created_at, n.read_at, (
      select coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'channel', d.channel, 'status', d.status,
        'attempts', d.attempts, 'failureCode', d.failure_code) order by d.channel), '[]')
      from notification_deliveries d where d.notification_id = n.id
    ) as deliveries
    from notifications n where ${where} order by n.id desc limit ${limit}`.execute(work.tx)
  return rows
}

/** @throws notification.not_found, kernel.forbidden */
export async function showNotification(work: Work, id: string): Promise<StaffNotificationView> {
  const [notification] = await views(work, sql`n.id = ${id}::uuid`, 1)
  if (!notification) throw notificationErrors.not_found({ notificationId: id })
  return notification
}

export interface NotificationFilter {
  userId?: string | undefined
  channel?: DeliveryChannel | undefined
  status?: DeliveryStatus | undefined
  limit: number
  cursor?: string | undefined
}

/**
 * Lists notices for staff, newest first, a keyset page at a time. `channel` selects notices with a delivery
 * on this channel, `status` those with a delivery in this status. If both are given, one delivery must match
 * both.
 * @throws kernel.forbidden
 */
export async function listForStaff(
  work: Work,
  filter: NotificationFilter,
): Promise<{ data: StaffNotificationView[]; nextCursor: string | null }> {
  const { userId, channel, status, cursor, limit } = filter
  const delivered =
    channel || status
      ? sql`n.id in (select d.notification_id from notification_deliveries d
          where ${channel ? sql`d.channel = ${channel}` : sql`true`} and ${status ? sql`d.status = ${status}` : sql`true`})`
      : sql`true`
  const conditions = [
    delivered,
    userId ? sql`n.user_id = ${userId}::uuid` : sql`true`,
    cursor ? sql`n.id < ${cursor}::uuid` : sql`true`,
  ]
  const rows = await views(work, sql.join(conditions, sql` and `), limit + 1)
  return pageOf(rows, limit, (row) => row.id)
}

/**
 * Sends a notice again on the channels on which its delivery failed or was skipped.
 * @throws notification.not_found, not_resendable, kernel.forbidden
 */
export async function resend(work: Work, id: string): Promise<StaffNotificationView> {
  requireStaff(work.actor, 'support')
  await showNotification(work, id)
  const rows = await moveState(work, deliveryMachine, {
    to: 'queued',
    set: { attempts: 0, failureCode: null, nextAttemptAt: work.now, updatedAt: work.now },
    where: sql`t.notification_id = ${id}`,
    returning: sql<{ id: string; channel: DeliveryChannel }>`t.id, t.channel`,
  })
  if (rows.length === 0) throw notificationErrors.not_resendable({ notificationId: id })
  for (const [channel, all] of Map.groupBy(rows, (row) => row.channel)) {
    announce(
      work,
      channel,
      all.map((row) => row.id),
    )
  }
  const after = { channels: rows.map((row) => row.channel) }
  work.audit({ command: 'notifications resend', subject: ['notification', id], after })
  return await showNotification(work, id)
}
