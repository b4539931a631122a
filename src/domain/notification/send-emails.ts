import { type Actor, ProviderFailure, type UnitOfWork } from '../kernel/index.ts'
import { type ClaimedEmail, claimEmails } from './claim-emails.ts'
import type { Mailer } from './mailer.ts'
import { recordEmail } from './record-emails.ts'

export interface MailContext {
  units: UnitOfWork
  actor: Actor
  mailer: Mailer
}

// A mail is a connection: more at once, and the mail server refuses them.
const BATCH = 10

/** Sends those of the emails that are due. An unknown outcome is tried again: a notice twice does no harm. */
export async function sendEmails(context: MailContext, deliveryIds: readonly string[]): Promise<void> {
  for (let start = 0; start < deliveryIds.length; start += BATCH) {
    await sendBatch(context, deliveryIds.slice(start, start + BATCH))
  }
}

async function sendBatch({ units, actor, mailer }: MailContext, deliveryIds: string[]): Promise<void> {
  const claimed = await units.run(actor, (work) => claimEmails(work, deliveryIds))
  const mistakes: unknown[] = []
  const attempt = async (email: ClaimedEmail) => {
    const { id, attempts } = email
    const result = await send(mailer, email).catch((error: unknown) => {
      if (error instanceof ProviderFailure) return error
      mistakes.push(error)
      return new ProviderFailure(internalError)
    })
    await units.run(actor, (work) => recordEmail(work, { id, attempts, result }))
  }
  await Promise.all(claimed.map(attempt))
  if (mistakes.length > 0) throw mistakes[0]
}

// A mistake of ours with one mail may not hold up the others: it is put off like them, and thrown at the end.
const internalError = {
  provider: 'email',
  operation: 'send',
  outcome: 'unknown',
  code: 'internal_error',
} as const

async function send(mailer: Mailer, { to, title, body, link }: ClaimedEmail): Promise<{ messageId: string }> {
  return await mailer.send({ to, subject: title, text: link === null ? body : `${body}\n\n${link}` })
}
