import { sql } from 'kysely'
import { newId, requireCustomer, type Work } from '../kernel/index.ts'
import { notificationErrors } from './errors.ts'
import type { PushSubscription } from './push.ts'

// The hosts of the browsers' push services. If any other host were allowed, a stranger could make laku's
// server call any address.
const pushHosts = [
  'fcm.googleapis.com',
  'android.googleapis.com',
  'updates.push.services.mozilla.com',
  'web.push.apple.com',
]
const pushDomains = ['.push.services.mozilla.com', '.notify.windows.com', '.push.apple.com']

/**
 * Whether this URL for push messages belongs to a browser's push service. `ownHost` is the host of laku's
 * sandbox, which is allowed in development only.
 */
export function isPushService(endpoint: string, ownHost?: string): boolean {
  const address = URL.parse(endpoint)
  if (!address || address.username || address.password) return false
  if (ownHost !== undefined && address.host === ownHost) return true
  const { protocol, port, hostname } = address
  if (protocol !== 'https:' || port !== '') return false
  return pushHosts.includes(hostname) || pushDomains.some((domain) => hostname.endsWith(domain))
}

// The maximum number of browsers that one person may subscribe to push messages. If the person subscribes one
// more, it replaces the oldest browser.
const MAX_BROWSERS = 10

/**
 * Stores the push subscription of the acting customer's browser. A browser that belonged to another user
 * belongs to this customer from now on.
 * @throws notification.push_service_unknown, kernel.forbidden
 */
export async function subscribePush(
  work: Work,
  input: PushSubscription & { ownHost?: string | undefined },
): Promise<{ id: string }> {
  const userId = requireCustomer(work.actor)
  const { endpoint, p256dh, auth, ownHost } = input
  if (!isPushService(endpoint, ownHost)) throw notificationErrors.push_service_unknown()
  const { rows } = await sql<{ id: string }>`
    insert into push_subscriptions (id, user_id, endpoint, p256dh, auth, created_at)
    values (${newId()}, ${userId}, ${endpoint}, ${p256dh}, ${auth}, ${work.now})
    on conflict (endpoint) do update set user_id = excluded.user_id, p256dh = excluded.p256dh, auth = excluded.auth,
      created_at = excluded.created_at
    returning id`.execute(work.tx)
  await sql`
    delete from push_subscriptions where id in (
      select id from push_subscriptions where user_id = ${userId} order by created_at desc, id desc offset ${MAX_BROWSERS}
    )`.execute(work.tx)
  return rows[0] as { id: string }
}
