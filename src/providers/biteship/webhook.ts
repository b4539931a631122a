import { createHash } from 'node:crypto'
import { z } from 'zod'
import { lenient, present } from '../answers.ts'
import { isAcceptedSecret } from '../secret.ts'

export interface BiteshipNotice {
  /** `order.status`, `order.price` or `order.waybill_id`. */
  event: string
  orderId: string
  /** Biteship's word, unmapped. */
  status: string
  waybillId?: string
}

/**
 * Whether the value of the header that Biteship's dashboard was given is one of ours (several while it
 * rotates).
 */
export function isBiteshipCallback(value: string | undefined, accepted: readonly string[]): boolean {
  return isAcceptedSecret(value, accepted)
}

/** Bytes: `{}` and a little space. */
const LONGEST_PING = 64

const SAYS_NOTHING: readonly string[] = ['', '{}', 'null', '[]', '""']

/**
 * biteship.install-ping: no body, `{}`, `null` or the like, without the secret, when a webhook is installed.
 * It must get a 200.
 */
export function isBiteshipInstallPing(rawBody: Buffer): boolean {
  if (rawBody.length > LONGEST_PING) return false
  const text = rawBody.toString('utf8').replaceAll(/\s/g, '')
  return SAYS_NOTHING.includes(text)
}

const notice = z.looseObject({
  event: z.string().min(1),
  order_id: z.string().min(1),
  // laku reads the order again, whatever status the webhook carries.
  status: lenient(z.string()),
  courier_waybill_id: lenient(z.string()),
})

/** Reads a webhook body; undefined for a shape that laku does not follow. */
export function parseBiteshipWebhook(body: unknown): BiteshipNotice | undefined {
  const parsed = notice.safeParse(body)
  if (!parsed.success) return undefined
  const { event, order_id: orderId, status = '', courier_waybill_id } = parsed.data
  return present({ event, orderId, status, waybillId: courier_waybill_id || undefined })
}

/** Biteship sends neither an event id nor a time, so the same bytes are taken for the same notice. */
export function biteshipDedupeKey(rawBody: Buffer): string {
  return createHash('sha256').update(rawBody).digest('hex')
}
