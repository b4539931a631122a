import webPush from 'web-push'
import { ProviderFailure } from '../../domain/kernel/provider-failure.ts'
import type { PushSender } from '../../domain/notification/push.ts'
import { networkFailure } from '../network-failure.ts'

export interface WebPushOptions {
  /** The VAPID keys (RFC 8292), by which push services identify the sender of a push message. */
  publicKey: string
  privateKey: string
  /** The contact of the person who runs the server, as `https://…` or `mailto:…`. */
  subject: string
  /** The timeout of one call (ms). Default 10 s. */
  timeoutMs?: number
}

// The lifetime of a push message: a day (s). If the message does not reach the browser in that time, it is
// dropped, and the notice is only in the inbox.
const TTL_S = 86_400

/**
 * Creates the sender of Web Push messages (RFC 8030). The web-push library encrypts and signs the message;
 * laku makes the call itself, with a timeout. Redirects are not followed, because the address came from a
 * browser.
 */
export function createWebPush(options: WebPushOptions): PushSender {
  const { publicKey, privateKey, timeoutMs = 10_000 } = options
  // The subject is the contact of the person who runs the server. The web-push library accepts only an https
  // or a mailto address. In development the contact is an http address, so a mailto address replaces it.
  const subject = options.subject.startsWith('https:') ? options.subject : 'mailto:development@laku.invalid'
  return {
    async send({ endpoint, p256dh, auth }, payload) {
      try {
        const { headers, body } = webPush.generateRequestDetails(
          { endpoint, keys: { p256dh, auth } },
          JSON.stringify(payload),
          { TTL: TTL_S, vapidDetails: { subject, publicKey, privateKey } },
        )
        const response = await fetch(endpoint, {
          method: 'POST',
          // The web-push library types the headers for its own request function. Some values are numbers, so
          // each value is turned into a string for fetch.
          headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
          body: body as Uint8Array<ArrayBuffer>,
          redirect: 'manual',
          signal: AbortSignal.timeout(timeoutMs),
        })
        await response.body?.cancel()
        if (response.ok) return 'accepted'
        if (response.status === 404 || response.status === 410) return 'gone'
        throw failureOf(response)
      } catch (error) {
        if (error instanceof ProviderFailure) throw error
        throw new ProviderFailure({ provider: 'push', operation: 'send', ...networkFailure(error) })
      }
    },
  }
}

function failureOf({ status, headers }: Response): ProviderFailure {
  const outcome = status === 429 ? 'limited' : status >= 500 ? 'unknown' : 'refused'
  const retryAfterS = Number(headers.get('retry-after') ?? Number.NaN)
  return new ProviderFailure({
    provider: 'push',
    operation: 'send',
    outcome,
    code: `http_${status}`,
    httpStatus: status,
    ...(Number.isFinite(retryAfterS) && { retryAfterS }),
  })
}
