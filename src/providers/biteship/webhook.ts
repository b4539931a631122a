import { createHash } from 'node:crypto'
import { z } from 'zod'
import { lenient, name, present } from '../answers.ts'
import { isAcceptedSecret } from '../secret.ts'

export interface BiteshipNotice {
  /** The name of the event: `order.status`, `order.price` or `order.waybill_id`. */
  event: string
  orderId: string
  /** The order's status in Biteship's own words, unmapped. */
  status: string
  waybillId?: string
}

/**
 * Returns true if the header set in Biteship's dashboard carries one of our secrets; several are valid during
 * a rotation.
 */
export function isBiteshipCallback(value: string | undefined, accepted: readonly string[]): boolean {
  return isAcceptedSecret(value, accepted)
}

/** The size of the longest ping in bytes: `{}` and a little space. */
const LONGEST_PING = 64

const SAYS_NOTHING: readonly string[] = ['', '{}', 'null', '[]', '""']

/**
 * Recognises the ping that Biteship sends without the secret when a webhook is installed
 * (biteship.install-ping). Its body is empty, `{}`, `null` or the like. The ping must get a 200.
 */
export function isBiteshipInstallPing(rawBody: Buffer): boolean {
  if (rawBody.length > LONGEST_PING) return false
  const text = rawBody.toString('utf8').replaceAll(/\s/g, '')
  return SAYS_NOTHING.includes(text)
}

const notice = z.looseObject({
  // laku reads the order again, whatever name the event has.
  event: z.string().min(1).catch('order'),
  order_id: name,
  // The status in a webhook is optional, because laku reads the order again whatever the status is.
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
 * Returns the key by which a repeated webhook is recognised. Biteship sends neither an event id nor a time,
 * so the same bytes count as the same webhook.
 */
export function biteshipDedupeKey(rawBody: Buffer): string {
  return createHash('sha256').update(rawBody).digest('hex')
}
