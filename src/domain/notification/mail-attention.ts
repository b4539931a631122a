import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { type Actor, ProviderFailure, type UnitOfWork, type Work } from '../kernel/index.ts'
import { isPaused, recordMailed, urgentKinds } from '../ops/index.ts'
import type { Mail, Mailer } from './mailer.ts'

export interface AttentionMailContext {
  unitOfWork: UnitOfWork
  actor: Actor
  mailer: Mailer
  /** The address of the person who looks after the shop; without this address no mail is sent. */
  to: string | undefined
}

const urgent = urgentKinds()

/**
 * The hour in Jakarta at which laku mails staff the daily list of all open attention items. The list is
 * mailed later if no mail could be sent then.
 */
const DAILY_HOUR = 8
// The maximum number of attention items that one mail to staff lists. `laku attention list` displays the
// rest.
const SHOWN = 50

interface Item {
  id: string
  kind: string
  message: string
  command: string
  times: number
}

interface Due {
  items: Item[]
  /** The number of open items that the mail is about. It may list only the first of them. */
  open: number
  /**
   * The day in Jakarta for which this mail is the daily list of attention items. Undefined for a mail of
   * urgent items, sent before the daily list.
   */
  day: string | undefined
}

/**
 * Mails open attention items to staff: items about money as soon as they are raised, and all open items once
 * a day. If the mail fails, the next run tries again. Returns whether a mail was sent.
 *
 * Each item is mailed at least once. If the process dies after the mail left and before that is recorded, the
 * next run mails the same items again, with the same Message-ID: the mail program shows them once.
 */
export async function mailAttention(context: AttentionMailContext): Promise<boolean> {
  const { unitOfWork, actor, mailer, to } = context
  if (to === undefined) return false
  const due = await unitOfWork.run(actor, findDue)
  if (due === undefined) return false
  try {
    await mailer.send(mailOf(to, due))
  } catch (error) {
    if (error instanceof ProviderFailure) return false
    throw error
  }
  await unitOfWork.run(actor, (work) => note(work, due))
  return true
}

async function findDue(work: Work): Promise<Due | undefined> {
  if (await isPaused(work.tx, 'email')) return undefined
  const day = await dayDue(work)
  const isUrgent = sql`kind = any(${urgent})`
  const which = day === undefined ? sql`mailed_at is null and ${isUrgent}` : sql`true`
  const { rows: items } = await sql<Item>`
    select id, kind, message, command, times from attention
    where resolved_at is null and ${which} order by ${isUrgent} desc, id limit ${SHOWN}`.execute(work.tx)
  if (items.length === 0) {
    if (day !== undefined) await saveMailedDay(work, day)
    return undefined
  }
  const { rows } = await sql<{ open: number }>`
    select count(*)::integer as open from attention where resolved_at is null and ${which}`.execute(work.tx)
  return { items, open: rows[0]?.open ?? items.length, day }
}

/**
 * Returns today's date in Jakarta if the daily list of attention items is due and was not mailed yet;
 * otherwise undefined.
 */
async function dayDue({ tx, now }: Work): Promise<string | undefined> {
  const { rows } = await sql<{ day: string }>`
    select to_char(n.here, 'YYYY-MM-DD') as day
    from attention_mails m, (select ${now}::timestamptz at time zone 'Asia/Jakarta' as here) n
    where extract(hour from n.here) >= ${DAILY_HOUR} and (m.daily is null or m.daily < n.here::date)`.execute(
    tx,
  )
  return rows[0]?.day
}

function mailOf(to: string, { items, open, day }: Due): Mail {
  const lines = items.map(
    ({ message, command, times }) => `- ${message}${times > 1 ? ` (${times} times)` : ''}\n  ${command}`,
  )
  const more = open > items.length ? [`and ${open - items.length} more`] : []
  const [first] = items
  const subject =
    day === undefined
      ? `Laku: ${items.length === 1 ? first?.message.slice(0, 100) : `${open} items about money need attention`}`
      : `Laku: ${open} items need attention, ${day}`
  const text = [...lines, ...more, 'See all items with laku attention list.'].join('\n\n')
  return { to, subject, text, messageId: messageIdOf(to, [subject, text, ...items.map((item) => item.id)]) }
}

/** Returns the Message-ID of a mail with this content: the same content has the same id. */
function messageIdOf(to: string, content: readonly string[]): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([to, ...content]))
    .digest('hex')
  return `<attention-${hash.slice(0, 32)}@${to.split('@').at(-1)}>`
}

async function note(work: Work, { items, day }: Due): Promise<void> {
  await recordMailed(
    work,
    items.map((item) => item.id),
  )
  if (day !== undefined) await saveMailedDay(work, day)
}

async function saveMailedDay({ tx }: Work, day: string): Promise<void> {
  await sql`update attention_mails set daily = ${day}::date`.execute(tx)
}
