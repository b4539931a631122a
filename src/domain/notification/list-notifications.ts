import { sql } from 'kysely'
import { pageOf, requireCustomer, type Work } from '../kernel/index.ts'
import { notificationErrors } from './errors.ts'

export interface NotificationView {
  id: string
  /** The type of the event that the notice is about. */
  template: string
  title: string
  body: string
  link: string | null
  createdAt: Date
  readAt: Date | null
}

/** Lists the inbox of the customer who acts, newest first, a keyset page at a time. */
export async function listNotifications(
  work: Work,
  page: { limit: number; cursor?: string | undefined },
): Promise<{ data: NotificationView[]; nextCursor: string | null }> {
  const userId = requireCustomer(work.actor)
  const after = page.cursor ? sql`and id < ${page.cursor}` : sql``
  const { rows } = await sql<NotificationView>`
    select id, template, title, body, link, created_at, read_at from notifications
    where user_id = ${userId} ${after} order by id desc limit ${page.limit + 1}`.execute(work.tx)
  return pageOf(rows, page.limit, (row) => row.id)
}

/**
 * Marks a notification of the acting customer as read. If it was read before, the time of the first reading
 * is kept.
 * @throws kernel.forbidden, notification.not_found for another's too
 */
export async function readNotification(work: Work, id: string): Promise<NotificationView> {
  const { rows } = await sql<NotificationView>`
    update notifications set read_at = coalesce(read_at, ${work.now})
    where id = ${id} and user_id = ${requireCustomer(work.actor)}
    returning id, template, title, body, link, created_at, read_at`.execute(work.tx)
  if (!rows[0]) throw notificationErrors.not_found({ notificationId: id })
  return rows[0]
}
