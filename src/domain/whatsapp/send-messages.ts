import { type Actor, ProviderFailure, type UnitOfWork, type Vault } from '../kernel/index.ts'
import { type ClaimedMessage, claimMessages } from './claim-messages.ts'
import { recordSends } from './record-sends.ts'
import { openParams } from './secret-params.ts'
import type { SentWhatsApp, WhatsAppSender } from './sender.ts'

export interface SendContext {
  units: UnitOfWork
  actor: Actor
  whatsapp: WhatsAppSender
}

// Calls under way at once; a batch is over before its lease is.
const BATCH = 20

/**
 * Sends those of the messages that are due. Each outcome is written as soon as it is known: its first status webhook
 * comes within a second. An unknown outcome is tried again: a code or a notice twice does no harm.
 */
export async function sendMessages(context: SendContext, messageIds: readonly string[]): Promise<void> {
  for (let start = 0; start < messageIds.length; start += BATCH) {
    await sendBatch(context, messageIds.slice(start, start + BATCH))
  }
}

async function sendBatch({ units, actor, whatsapp }: SendContext, messageIds: string[]): Promise<void> {
  const claimed = await units.run(actor, async (work) => ({
    messages: await claimMessages(work, messageIds),
    vault: work.vault,
  }))
  const mistakes: unknown[] = []
  const attempt = async (message: ClaimedMessage) => {
    const { id, attempts, sendBy, template, language } = message
    const result = await send(whatsapp, claimed.vault, message).catch((error: unknown) => {
      if (error instanceof ProviderFailure) return error
      mistakes.push(error)
      return new ProviderFailure(internalError)
    })
    await units.run(actor, (work) =>
      recordSends(work, [{ id, attempts, sendBy, template, language, result }]),
    )
  }
  await Promise.all(claimed.messages.map(attempt))
  if (mistakes.length > 0) throw mistakes[0]
}

// A mistake of ours with one message may not hold up the others: it is put off like them, and thrown at the end.
const internalError = {
  provider: 'whatsapp',
  operation: 'send',
  outcome: 'unknown',
  code: 'internal_error',
} as const

async function send(whatsapp: WhatsAppSender, vault: Vault, message: ClaimedMessage): Promise<SentWhatsApp> {
  const { toPhone: to, template, language, params, body } = message
  if (template === null) return await whatsapp.sendText({ to, body: body ?? '' })
  const secrets = message.sealedParams === null ? [] : openParams(vault, message.sealedParams)
  const [code] = secrets
  return await whatsapp.sendTemplate({
    to,
    template,
    language,
    bodyParams: [...secrets, ...params],
    ...(code === undefined ? {} : { buttonParam: code }),
  })
}
