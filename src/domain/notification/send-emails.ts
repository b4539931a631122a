import type { Actor, UnitOfWork } from '../kernel/index.ts'
import { usersById } from '../user/index.ts'
import { type ClaimedDelivery, skipDeliveries } from './claim-deliveries.ts'
import type { Mailer } from './mailer.ts'
import { sendDeliveries } from './send-deliveries.ts'

export interface MailContext {
  unitOfWork: UnitOfWork
  actor: Actor
  mailer: Mailer
}

interface Email extends ClaimedDelivery {
  to: string
}

// The number of emails that are sent at the same time. It is limited, because each email has its own
// connection and the mail server refuses more connections at once.
const BATCH = 10

/**
 * Sends these notices by email, and leaves out those that are not due. Skips a notice whose recipient no
 * longer has an email address.
 */
export async function sendEmails(
  { unitOfWork, actor, mailer }: MailContext,
  deliveryIds: readonly string[],
): Promise<void> {
  const address = (claimed: ClaimedDelivery[]): Promise<Email[]> =>
    unitOfWork.run(actor, async (work) => {
      const readers = await usersById(work.tx, [...new Set(claimed.map(({ userId }) => userId))])
      const emails = claimed.flatMap((delivery) => {
        const to = readers.get(delivery.userId)?.email
        return to ? [{ ...delivery, to }] : []
      })
      const addressed = new Set(emails.map(({ id }) => id))
      await skipDeliveries(
        work,
        claimed.map(({ id }) => id).filter((id) => !addressed.has(id)),
      )
      return emails
    })
  const send = ({ to, title, body, link }: Email) =>
    mailer.send({ to, subject: title, text: link === null ? body : `${body}\n\n${link}` })
  await sendDeliveries({ unitOfWork, actor, channel: 'email', batch: BATCH, address, send }, deliveryIds)
}
