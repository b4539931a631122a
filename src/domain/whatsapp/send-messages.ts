import {
  type Actor,
  attempt,
  ProviderFailure,
  type UnitOfWork,
  type Vault,
  type Work,
} from '../kernel/index.ts'
import { allOrEach, setAside } from '../ops/index.ts'
import { type ClaimedMessage, claimMessages } from './claim-messages.ts'
import { recordSends } from './record-sends.ts'
import { openParams, SECRET_PLACE, withSecrets } from './secret-params.ts'
import type { SentWhatsApp, WhatsAppSender } from './sender.ts'
import { isServedCountry } from './served-countries.ts'

export interface SendContext {
  unitOfWork: UnitOfWork
  actor: Actor
  whatsapp: WhatsAppSender
}

// The maximum number of WhatsApp messages that a worker sends at once. It is small, so that all of them are
// sent before any other worker may claim them.
const BATCH = 20

/**
 * Sends the given WhatsApp messages that are due. Each outcome is recorded at once, because the first status
 * webhook arrives within a second. If the outcome is unknown, the message is sent again, because a duplicate
 * code or notice does no harm.
 */
export async function sendMessages(context: SendContext, messageIds: readonly string[]): Promise<void> {
  for (let start = 0; start < messageIds.length; start += BATCH) {
    await sendBatch(context, messageIds.slice(start, start + BATCH))
  }
}

async function sendBatch(context: SendContext, messageIds: string[]): Promise<void> {
  const { unitOfWork, actor, whatsapp } = context
  const claimed = await unitOfWork.run(actor, async (work) => ({
    messages: await claimMessages(work, messageIds),
    vault: work.vault,
  }))
  const sendOne = async (message: ClaimedMessage) => {
    const { id, attempts, sendBy, template, language } = message
    const served = isServedCountry(unitOfWork.policy, message.toPhone)
    const sent = served
      ? send(whatsapp, claimed.vault, message)
      : Promise.reject(new ProviderFailure(notServed))
    const result = await attempt(() => sent)
    await unitOfWork.run(actor, (work) =>
      recordSends(work, [{ id, attempts, sendBy, template, language, result }]),
    )
  }
  const trySending = (message: ClaimedMessage) =>
    allOrEach(
      [message],
      () => sendOne(message),
      (message, error) => setAside(context, message, error, putOff),
    )
  const isCode = (message: ClaimedMessage) => message.sealedParams !== null
  const under = new Map<string, Promise<unknown>>()
  for (const message of claimed.messages.filter((message) => !isCode(message)))
    under.set(message.toPhone, Promise.all([under.get(message.toPhone), trySending(message)]))
  // A message with a code is sent after the other messages to the same phone number. The other messages tell
  // the purpose of the code, and a person must read the purpose first.
  const codes = claimed.messages
    .filter(isCode)
    .map(async (message) => [await under.get(message.toPhone), await trySending(message)])
  await Promise.all([...under.values(), ...codes])
}

/**
 * Postpones a WhatsApp message whose sending failed because of laku's own error, and raises an attention
 * item. The other messages are still sent.
 */
async function putOff(work: Work, { id, attempts, sendBy, template, language }: ClaimedMessage) {
  const result = new ProviderFailure(internalError)
  await recordSends(work, [{ id, attempts, sendBy, template, language, result }])
  return {
    subject: ['whatsapp_message', id] as [string, string],
    message: 'A WhatsApp message could not be sent or recorded',
    command: `laku whatsapp show ${id}`,
  }
}

const internalError = {
  provider: 'whatsapp',
  operation: 'send',
  outcome: 'unknown',
  code: 'internal_error',
} as const

// The failure of a message to a country that laku does not serve. Messages cost money, so none is sent to
// other countries.
const notServed = { ...internalError, outcome: 'refused', code: 'country_not_served' } as const

async function send(whatsapp: WhatsAppSender, vault: Vault, message: ClaimedMessage): Promise<SentWhatsApp> {
  const { toPhone: to, template, language, params, body } = message
  const secrets = message.sealedParams === null ? [] : openParams(vault, message.sealedParams)
  const [code] = secrets
  // This message has no template. Its secret (such as a one-time code) is stored apart from its text, and is
  // put in its place here.
  if (template === null)
    return await whatsapp.sendText({ to, body: (body ?? '').replace(SECRET_PLACE, code ?? SECRET_PLACE) })
  return await whatsapp.sendTemplate({
    to,
    template,
    language,
    bodyParams: withSecrets(params, secrets),
    // Only the templates of codes have a button.
    ...(code === undefined || params.includes(SECRET_PLACE) ? {} : { buttonParam: code }),
  })
}
