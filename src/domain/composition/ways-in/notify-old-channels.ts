import type { Work } from '../../kernel/index.ts'
import { lockChange, stopPath } from '../../way-in/index.ts'
import { queueMessages, SECRET_PLACE } from '../../whatsapp/index.ts'
import { holdersOf } from './holders.ts'
import { wayWords } from './way-words.ts'

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
 * Sends a notice about a change to the old channels of a user or factory (holders.ts), each with the link
 * that stops the change. With `unreached` (the key of a WhatsApp message that failed), only the phone of that
 * message is notified, by SMS. With `retiredKey` (the id of an encryption key), the notice is sent a second
 * time, because links that this key signed stop nothing any more.
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
  const { phones, mails, locale, changeToStop } = await holdersOf(work, change)
  const { title, body } = wayWords(change, locale, { isReplaced: retiredKey !== undefined })
  const linkOf = (to: string) => `${publicUrl.replace(/\/+$/, '')}${stopPath(work.vault, changeToStop(to))}`
  const textOf = (to: string) => `${title}. ${body} ${linkOf(to)}`
  if (unreached !== undefined) {
    const to = phones[Number(unreached.slice(unreached.lastIndexOf('#') + 1))]
    return { mails: [], sms: to === undefined ? [] : [{ to, subject: title, text: textOf(to) }] }
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
      // The link is for the recipient alone, so staff do not see it in the list of messages.
      params: [title, body, SECRET_PLACE],
      sealedParams: [linkOf(to)],
    })),
  )
  return { mails: mails.map((to) => ({ to, subject: title, text: textOf(to) })), sms: [] }
}

/**
 * Returns the id of the change that a WhatsApp message reported, from the message's dedupe key; undefined for
 * a message about anything else.
 */
export function changeOfMessage(dedupeKey: string): string | undefined {
  return dedupeKey.startsWith(KEY) ? dedupeKey.slice(KEY.length).split('#', 1)[0] : undefined
}
