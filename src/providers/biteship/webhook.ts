import { createHash } from 'node:crypto'
import { z } from 'zod'
import { lenient, name, present } from '../answers.ts'
import { isAcceptedSecret } from '../secret.ts'

export interface BiteshipNotice {
  /** The name of the webhook's event: `order.status`, `order.price` or `order.waybill_id`. */
  event: string
  orderId: string
  /** The courier order's status by Biteship's name, not yet translated to laku's. */
  status: string
  waybillId?: string
}

/**
 * Tells whether a webhook's header has one of the secrets that laku accepts (several while a secret is
 * replaced). The header is set in Biteship's dashboard.
 */
export function isBiteshipCallback(value: string | undefined, accepted: readonly string[]): boolean {
  return isAcceptedSecret(value, accepted)
}

/** The size of the longest ping (test request) in bytes: `{}` and a little space. */
const LONGEST_PING = 64

const SAYS_NOTHING: readonly string[] = ['', '{}', 'null', '[]', '""']

/**
 * Tells whether a request is the ping that Biteship sends without the secret when a webhook is installed
 * (biteship.install-ping). Its body is empty, `{}`, `null` or the like. The answer must be 200.
 */
export function isBiteshipInstallPing(rawBody: Buffer): boolean {
  if (rawBody.length > LONGEST_PING) return false
  const text = rawBody.toString('utf8').replaceAll(/\s/g, '')
  return SAYS_NOTHING.includes(text)
}

const notice = z.looseObject({
  // The name of the event does not matter, because laku reads the courier order again in any case.
  event: z.string().min(1).catch('order'),
  order_id: name,
  // The status in the webhook is optional, because laku reads the courier order again whatever the status is.
  status: lenient(z.string()),
  courier_waybill_id: lenient(name),
})

/** Reads the body of a Biteship webhook; undefined for a shape that laku does not process. */
export function parseBiteshipWebhook(body: unknown): BiteshipNotice | undefined {
  const parsed = notice.safeParse(body)
  if (!parsed.success) return undefined
  const { event, order_id: orderId, status = '', courier_waybill_id } = parsed.data
  return present({ event, orderId, status, waybillId: courier_waybill_id || undefined })
}

/**
 * Returns the idempotency key of a webhook, a hash of its body. Biteship sends neither an event id nor a
 * time, so equal bytes count as one webhook.
 */
export function biteshipDedupeKey(rawBody: Buffer): string {
  return createHash('sha256').update(rawBody).digest('hex')
}
