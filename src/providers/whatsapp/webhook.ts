import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { lenient, present, readable } from '../answers.ts'
import { e164FromBare } from '../phone.ts'
import { isAcceptedSecret } from '../secret.ts'

export interface WhatsAppStatus {
  providerMessageId: string
  /** The status of the message: `sent`, `delivered`, `read` or `failed`. Statuses arrive in any order. */
  status: string
  at: Date
  /** Meta's error number, which says why the message failed. */
  errorCode?: string
}

export interface IncomingWhatsApp {
  providerMessageId: string
  /** The sender's phone number as E.164; undefined if Meta withholds the number. */
  from?: string
  /** Meta's name for a sender whose phone number Meta withholds. */
  userId?: string
  at: Date
  /**
   * The message's type: `text`, `image`, `button` …. The field `body` is present if the sender wrote a text
   * or tapped a button.
   */
  type: string
  body?: string
  /** The id of our message that this message answers. */
  repliesTo?: string
}

export interface WhatsAppDelivery {
  statuses: WhatsAppStatus[]
  messages: IncomingWhatsApp[]
  /** The kinds of webhook items and changes that could not be read, or that laku does not process. */
  unread?: string[]
}

/**
 * Returns true if `X-Hub-Signature-256` is the HMAC-SHA256 of the raw body under the app secret. The
 * comparison takes constant time.
 */
export function isSignedByMeta(
  rawBody: Buffer,
  signature: string | undefined,
  appSecrets: string | readonly string[],
): boolean {
  const expected = [appSecrets]
    .flat()
    .filter((secret) => secret !== '')
    .map((secret) => `sha256=${createHmac('sha256', secret).update(rawBody).digest('hex')}`)
  return isAcceptedSecret(signature, expected)
}

/**
 * Returns the challenge that laku must echo when Meta subscribes a webhook (GET); undefined if the verify
 * token is not ours.
 */
export function whatsAppChallenge(
  query: Record<string, unknown>,
  verifyTokens: string | readonly string[],
): string | undefined {
  const { 'hub.mode': mode, 'hub.verify_token': token, 'hub.challenge': challenge } = query
  if (mode !== 'subscribe' || typeof token !== 'string' || typeof challenge !== 'string') return undefined
  return isAcceptedSecret(token, [verifyTokens].flat()) ? challenge : undefined
}

/** A time as Meta writes it: seconds since 1970, in a text. */
const seconds = z
  .union([z.string().regex(/^\d{1,11}$/), z.int().min(0)])
  .transform((given) => new Date(Number(given) * 1000))

/** A list in a webhook body. A value that is not a list counts as one item that cannot be read. */
const list = z
  .unknown()
  .optional()
  .transform((given) =>
    given === null || given === undefined ? undefined : Array.isArray(given) ? given : [given],
  )
const bare = z
  .union([z.string(), z.number()])
  .transform((given) => String(given).replace(/^\+/, ''))
  .pipe(z.string().regex(/^[1-9]\d{6,14}$/))
const word = z.string().min(1)
/**
 * The time of a message or status. If the time cannot be read, it is the start of 1970, so the item counts as
 * older than any other.
 */
const at = seconds.catch(new Date(0))

const errorOf = z.looseObject({ code: z.union([z.int(), word]) })

const status = z
  .looseObject({ id: word, status: z.string(), timestamp: at, errors: list })
  .transform(({ id, status, timestamp, errors }): WhatsAppStatus => {
    const [first] = readable(errorOf, errors)
    return present({
      providerMessageId: id,
      status,
      at: timestamp,
      errorCode: first === undefined ? undefined : String(first.code),
    })
  })

const titled = lenient(z.looseObject({ title: lenient(word) }))

const message = z
  .looseObject({
    id: word,
    from: lenient(bare),
    from_user_id: lenient(word),
    user_id: lenient(word),
    timestamp: at,
    type: word.catch('unknown'),
    text: lenient(z.looseObject({ body: z.string() })),
    button: lenient(z.looseObject({ text: lenient(word), payload: lenient(word) })),
    interactive: lenient(z.looseObject({ button_reply: titled, list_reply: titled })),
    reaction: lenient(z.looseObject({ message_id: lenient(word), emoji: lenient(word) })),
    context: lenient(z.looseObject({ id: lenient(word) })),
  })
  .transform((said): IncomingWhatsApp => {
    const { text, button, interactive, reaction } = said
    return present({
      providerMessageId: said.id,
      from: said.from === undefined ? undefined : e164FromBare(said.from),
      userId: said.from_user_id ?? said.user_id,
      at: said.timestamp,
      type: said.type,
      body:
        text?.body ??
        button?.text ??
        button?.payload ??
        interactive?.button_reply?.title ??
        interactive?.list_reply?.title ??
        reaction?.emoji,
      repliesTo: said.context?.id ?? reaction?.message_id,
    })
  })

const contact = z.looseObject({ wa_id: bare, user_id: word })
const entry = z.looseObject({ changes: z.array(z.unknown()) })
const change = z.looseObject({
  field: lenient(word),
  value: z.looseObject({ statuses: list, messages: list, contacts: list, errors: list }),
})

/**
 * Reads the statuses and messages of a webhook delivery of Meta, which may hold many. Returns undefined for a
 * shape that laku does not process. `unread` names the kinds of items that cannot be read. The other items
 * are still processed. If laku refused the delivery because of one item, Meta would send the whole delivery
 * again.
 */
export function parseWhatsAppWebhook(body: unknown): WhatsAppDelivery | undefined {
  const parsed = z.looseObject({ entry: z.array(z.unknown()) }).safeParse(body)
  if (!parsed.success) return undefined
  const entries = readable(entry, parsed.data.entry)
  if (entries.length === 0 && parsed.data.entry.length > 0) return undefined
  const told = entries.flatMap(({ changes }) => changes)
  const changes = readable(change, told)
  const values = changes.map(({ value }) => value)
  const statuses = values.flatMap((value) => readable(status, value.statuses))
  const messages = values.flatMap((value) => withPhones(readable(message, value.messages), value.contacts))
  const count = (items: (unknown[] | undefined)[]) => items.flatMap((some) => some ?? []).length
  const unread = [
    parsed.data.entry.length > entries.length && 'entry',
    told.length > changes.length && 'change',
    count(values.map((value) => value.statuses)) > statuses.length && 'status',
    count(values.map((value) => value.messages)) > messages.length && 'message',
    count(values.map((value) => value.errors)) > 0 && 'errors',
    ...changes.map(
      ({ field, value }) => !value.statuses && !value.messages && !value.errors && (field ?? 'change'),
    ),
  ].filter((value) => value !== false)
  return { statuses, messages, ...(unread.length > 0 && { unread: [...new Set(unread)] }) }
}

/**
 * Adds the sender's phone number to a message, if the contacts of the webhook delivery contain the number.
 */
function withPhones(messages: IncomingWhatsApp[], contacts: unknown[] | undefined): IncomingWhatsApp[] {
  const known = new Map(readable(contact, contacts).map((item) => [item.user_id, item.wa_id]))
  return messages.map((message) => {
    const bareNumber = message.from === undefined ? known.get(message.userId ?? '') : undefined
    return bareNumber === undefined ? message : { ...message, from: e164FromBare(bareNumber) }
  })
}
