import { sql } from 'kysely'
import type { PersonalTable } from '../kernel/index.ts'

/** The tables of notification that hold personal data, and how a person's data is erased from each. */
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
