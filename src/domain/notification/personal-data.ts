import { sql } from 'kysely'
import type { PersonalTable } from '../kernel/index.ts'

/** How a person is taken out of the tables of this room. */
export const notificationPersonalData: readonly PersonalTable[] = [
  {
    table: 'notification_deliveries',
    columns: [],
    erase: ({ userId }) => sql`
      delete from notification_deliveries
      where notification_id in (select id from notifications where user_id = ${userId})`,
  },
  {
    table: 'notifications',
    columns: ['title', 'body', 'link'],
    erase: ({ userId }) => sql`delete from notifications where user_id = ${userId}`,
  },
  {
    table: 'notification_preferences',
    columns: ['kind', 'channel', 'wanted'],
    erase: ({ userId }) => sql`delete from notification_preferences where user_id = ${userId}`,
  },
  {
    table: 'push_subscriptions',
    columns: ['endpoint', 'p256dh', 'auth'],
    erase: ({ userId }) => sql`delete from push_subscriptions where user_id = ${userId}`,
  },
]
