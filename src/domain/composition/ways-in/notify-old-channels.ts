import { factoriesById } from '../../factory/index.ts'
import { secondsAfter, type Work } from '../../kernel/index.ts'
import { type Locale, userById } from '../../user/index.ts'
import { changesOf, lockChange, type Subject, stopPath, type WayChange } from '../../way-in/index.ts'
import { queueMessages } from '../../whatsapp/index.ts'
import { wayWords } from './way-words.ts'

/**
 * The time for which the owner of a replaced phone number or email address is still notified of later
 * changes: 30 days. Otherwise somebody who takes over an account could change it a second time, and the owner
 * would get no notice.
 */
const REMEMBERED_S = 30 * 86_400
const TEMPLATE = 'laku_notice'
const KEY = 'way_in:'

/** One notice by email or text message, sent after the commit. */
export interface Word {
  to: string
  subject: string
  text: string
}

/**
 * The emails and text messages that report a change. The caller must send them. The WhatsApp messages are
 * queued already.
 */
export interface Words {
  mails: Word[]
  /** The text messages to phones that the WhatsApp message about the change did not reach. */
  sms: Word[]
}

const none: Words = { mails: [], sms: [] }

/**
 * Sends a notice about a change to the old channels of a user or factory, with the link that stops the
 * change. The old channels are the phone and email from before the change, and those replaced in the last 30
 * days. With `unreached` (the key of a WhatsApp message that failed), only the phone of that message is
 * notified, by SMS. With `retiredKey` (the id of an encryption key), the notice is sent a second time,
 * because links that this key signed stop nothing any more.
 */
export async function notifyOldChannels(
  work: Work,
  {
    changeId,
    publicUrl,
    unreached,
    retiredKey,
  }: {
    changeId: string
    publicUrl: string
    unreached?: string | undefined
    retiredKey?: string | undefined
  },
): Promise<Words> {
  // This process was not restarted with the new key yet. The job is repeated, perhaps by another process.
  if (retiredKey === work.vault.keyId) throw new Error(`this process still signs with the key ${retiredKey}`)
  const change = await lockChange(work, changeId)
  if (!change || change.stoppedAt !== null || change.stoppableUntil <= work.now) return none
  const { phones, mails, locale } = await channelsOf(work, change)
  const link = `${publicUrl.replace(/\/+$/, '')}${stopPath(work.vault, changeId)}`
  const { title, body } = wayWords(change, locale, { isReplaced: retiredKey !== undefined })
  const text = `${title}. ${body} ${link}`
  if (unreached !== undefined) {
    const to = phones[Number(unreached.slice(unreached.lastIndexOf('#') + 1))]
    return { mails: [], sms: to === undefined ? [] : [{ to, subject: title, text }] }
  }
  const [kind, id] = change.subject
  await queueMessages(
    work,
    phones.map((to, nth) => ({
      dedupeKey: `${KEY}${changeId}${retiredKey === undefined ? '' : `#${retiredKey}`}#${nth}`,
      to,
      userId: kind === 'user' ? id : undefined,
      template: TEMPLATE,
      language: locale,
      params: [title, body, link],
    })),
  )
  return { mails: mails.map((to) => ({ to, subject: title, text })), sms: [] }
}

/**
 * Returns the id of the change that a WhatsApp message reported, from the message's dedupe key; undefined for
 * a message about anything else.
 */
export function changeOfMessage(dedupeKey: string): string | undefined {
  return dedupeKey.startsWith(KEY) ? dedupeKey.slice(KEY.length).split('#', 1)[0] : undefined
}

async function channelsOf(
  work: Work,
  { id, subject, way, old }: WayChange,
): Promise<{ phones: string[]; mails: string[]; locale: Locale }> {
  const now = await currentOf(work, subject)
  const recent = await changesOf(work, subject, secondsAfter(work.now, -REMEMBERED_S))
  const before = (of: 'phone' | 'email') =>
    recent.flatMap((wayChange) =>
      wayChange.way === of && wayChange.old !== null && wayChange.id !== id ? [wayChange.old] : [],
    )
  const contactsOf = (of: 'phone' | 'email', current: string | null) => {
    const first = way === of ? old : current
    return [...new Set([...(first === null ? [] : [first]), ...before(of)])]
  }
  return { phones: contactsOf('phone', now.phone), mails: contactsOf('email', now.email), locale: now.locale }
}

async function currentOf(
  work: Work,
  [kind, id]: Subject,
): Promise<{ phone: string | null; email: string | null; locale: Locale }> {
  if (kind === 'factory') {
    const factory = (await factoriesById(work.tx, [id])).get(id)
    return { phone: factory?.phone ?? null, email: factory?.email ?? null, locale: 'id' }
  }
  const user = await userById(work.tx, id)
  const email = user && user.emailConfirmedAt !== null ? user.email : null
  return { phone: user?.phone ?? null, email, locale: user?.locale ?? 'id' }
}
