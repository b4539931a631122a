import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { maybe, present } from '../answers.ts'
import { e164FromBare } from '../phone.ts'
import { isAcceptedSecret } from '../secret.ts'

export interface WhatsAppStatus {
  providerMessageId: string
  /** `sent`, `delivered`, `read` or `failed`; they come in any order. */
  status: string
  at: Date
  /** Meta's number for why it failed. */
  errorCode?: string
}

export interface IncomingWhatsApp {
  providerMessageId: string
  /** E.164 */
  from: string
  at: Date
  /** `text`, `image`, `button` …: only a text has a body. */
  type: string
  body?: string
  /** The message of ours that this one answers. */
  repliesTo?: string
}

export interface WhatsAppDelivery {
  statuses: WhatsAppStatus[]
  messages: IncomingWhatsApp[]
}

/** Whether `X-Hub-Signature-256` is the HMAC-SHA256 of the raw body under the app secret, compared in constant time. */
export function isSignedByMeta(rawBody: Buffer, signature: string | undefined, appSecret: string): boolean {
  if (appSecret === '') return false
  const expected = createHmac('sha256', appSecret).update(rawBody).digest('hex')
  return isAcceptedSecret(signature, [`sha256=${expected}`])
}

/** The challenge to echo when Meta subscribes a webhook (GET), or undefined where the verify token is not ours. */
export function whatsAppChallenge(query: Record<string, unknown>, verifyToken: string): string | undefined {
  const { 'hub.mode': mode, 'hub.verify_token': token, 'hub.challenge': challenge } = query
  if (mode !== 'subscribe' || typeof token !== 'string' || typeof challenge !== 'string') return undefined
  return isAcceptedSecret(token, [verifyToken]) ? challenge : undefined
}

/** Meta writes times as seconds since 1970, in a text. */
const seconds = z
  .string()
  .regex(/^\d{1,11}$/)
  .transform((given) => new Date(Number(given) * 1000))

const status = z
  .looseObject({
    id: z.string(),
    status: z.string(),
    timestamp: seconds,
    errors: maybe(z.array(z.looseObject({ code: z.int() }))),
  })
  .transform(({ id, status, timestamp, errors }): WhatsAppStatus => {
    const code = errors?.[0]?.code
    return present({
      providerMessageId: id,
      status,
      at: timestamp,
      errorCode: code === undefined ? undefined : String(code),
    })
  })

const message = z
  .looseObject({
    id: z.string(),
    from: z.string().regex(/^[1-9]\d{6,14}$/),
    timestamp: seconds,
    type: z.string(),
    text: maybe(z.looseObject({ body: z.string() })),
    context: maybe(z.looseObject({ id: maybe(z.string()) })),
  })
  .transform(
    ({ id, from, timestamp, type, text, context }): IncomingWhatsApp =>
      present({
        providerMessageId: id,
        from: e164FromBare(from),
        at: timestamp,
        type,
        body: text?.body,
        repliesTo: context?.id,
      }),
  )

const delivery = z.looseObject({
  entry: z.array(
    z.looseObject({
      changes: z.array(
        z.looseObject({
          value: z.looseObject({
            statuses: maybe(z.array(z.unknown())),
            messages: maybe(z.array(z.unknown())),
          }),
        }),
      ),
    }),
  ),
})

/**
 * The statuses and messages of a delivery, which may batch many; undefined for a shape that laku does not follow. An
 * item that cannot be read is left out: Meta sends a refused batch again whole, and one odd item would hold the rest.
 */
export function parseWhatsAppWebhook(body: unknown): WhatsAppDelivery | undefined {
  const parsed = delivery.safeParse(body)
  if (!parsed.success) return undefined
  const values = parsed.data.entry.flatMap(({ changes }) => changes.map(({ value }) => value))
  return {
    statuses: values.flatMap(({ statuses }) => readable(status, statuses)),
    messages: values.flatMap(({ messages }) => readable(message, messages)),
  }
}

function readable<T>(schema: z.ZodType<T>, items: unknown[] | undefined): T[] {
  return (items ?? []).flatMap((item) => {
    const parsed = schema.safeParse(item)
    return parsed.success ? [parsed.data] : []
  })
}
