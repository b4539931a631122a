import { z } from 'zod'
import { maybe, present } from '../answers.ts'
import { e164FromBare } from '../phone.ts'
import type { WhatsAppDelivery } from './webhook.ts'

const text = maybe(z.union([z.string(), z.number()]).transform(String)).catch(undefined)

/** The body that Fonnte posts: an incoming message, or the status of a message that we sent. */
const delivery = z.looseObject({
  device: text,
  sender: text,
  message: text,
  /** The text of the button that the sender tapped. */
  text,
  inboxid: text,
  id: text,
  status: text,
  state: text,
})

/** The text that Fonnte writes if no button was tapped. */
const NO_BUTTON = 'non-button message'

/**
 * Fonnte's words for the status of a sent message, and laku's word for each. A word that is not listed
 * changes no status.
 */
const statusWords: Readonly<Record<string, string>> = {
  sent: 'sent',
  delivered: 'delivered',
  read: 'read',
  failed: 'failed',
  invalid: 'failed',
  expired: 'failed',
  'url unreachable': 'failed',
}

/**
 * Reads a webhook delivery of Fonnte, which holds one message or one status. Returns undefined for another
 * shape, and for a message in a group chat. A message without Fonnte's `inboxid` gets the id of its webhook
 * delivery. Fonnte gives no time, so the time of receipt is used.
 */
export function parseFonnteWebhook(
  body: unknown,
  { id: deliveryId, receivedAt: at }: { id: string; receivedAt: Date },
): WhatsAppDelivery | undefined {
  const parsed = delivery.safeParse(body)
  if (!parsed.success) return undefined
  const { device, sender, message, text: tapped, inboxid, id, status, state } = parsed.data
  const word = statusWords[(state ?? status ?? '').toLowerCase()]
  if (device !== undefined && id !== undefined && sender === undefined) {
    if (word === undefined) return { statuses: [], messages: [] }
    const errorCode = word === 'failed' ? (status ?? 'failed').toLowerCase().replaceAll(' ', '_') : undefined
    return { statuses: [present({ providerMessageId: id, status: word, at, errorCode })], messages: [] }
  }
  const number = numberIn(sender ?? '')
  if (number === undefined) return undefined
  const said = present({
    providerMessageId: `fonnte:${inboxid ?? deliveryId}`,
    from: e164FromBare(number),
    at,
    type: 'text',
    body: message || (tapped === NO_BUTTON ? undefined : tapped) || undefined,
  })
  return { statuses: [], messages: [said] }
}

/**
 * Returns the bare number of a sender, which may be written as a WhatsApp id or with Indonesia's trunk zero.
 */
function numberIn(sender: string): string | undefined {
  const written = sender.replace(/@(c\.us|s\.whatsapp\.net)$/, '').replace(/^0(?=8\d)/, '62')
  return /^\+?([1-9]\d{6,14})$/.exec(written)?.[1]
}
