import { type Kysely, sql } from 'kysely'
import { type DB, secondsAfter, type Work } from '../../kernel/index.ts'
import { takeTurns } from '../../ops/index.ts'
import { userByPhone } from '../../user/index.ts'
import { isServedCountry, queueMessages } from '../../whatsapp/index.ts'
import { isOtpCode, newOtpCode, otpHash } from './otp-code.ts'

/** An incoming WhatsApp message. */
export interface Call {
  providerMessageId: string
  /** The sender's phone number in E.164; undefined if the sender hides the number. */
  from?: string | undefined
  at: Date
  body?: string | undefined
}

const word = /^\s*(masuk|login)\b/i
// A WhatsApp message older than this time gets no answer (s). Meta repeats undelivered webhooks for days, so
// a message may be old. Nobody waits for the answer to an old message any more.
const FRESH_S = 600
// A server holds in memory at most this many phone numbers whose holders asked for a code on WhatsApp.
const MAX_CALLED_NUMBERS = 20_000

const texts = {
  id: 'Kode masuk Laku Anda: {{1}}. Jangan berikan kepada siapa pun.',
  en: 'Your Laku code is {{1}}. Do not share it with anyone.',
}

/**
 * Sends a code at once to each person who writes MASUK to laku on WhatsApp. Their message proves that they
 * hold the number, so they need not queue behind strangers. Meta charges nothing for an answer within 24
 * hours of a person's message.
 *
 * The code works in every browser that asks for a code for this number, until the code expires. Codes that
 * laku sent earlier stay valid.
 */
export async function answerCalls(work: Work, calls: readonly Call[]): Promise<void> {
  const oldest = secondsAfter(work.now, -FRESH_S)
  const answered = new Map<string, string>()
  for (const { from, body, at, providerMessageId } of calls)
    if (from !== undefined && body !== undefined && at > oldest && word.test(body))
      answered.set(from, providerMessageId)
  // The phone numbers are processed in sorted order, so that two batches of WhatsApp messages never wait for
  // each other.
  for (const [phone, messageId] of [...answered].sort(([a], [b]) => (a < b ? -1 : 1)))
    await answerCall(work, phone, messageId)
}

async function answerCall(work: Work, phone: string, providerMessageId: string): Promise<void> {
  if (!isServedCountry(work.policy, phone)) return
  const { refused } = await takeTurns(work, [{ name: `code called ${phone}`, atOnce: 3, everyS: 20 }])
  if (refused) return
  const code = newOtpCode()
  const expiresAt = secondsAfter(work.now, work.policy.otpMinutes * 60)
  const user = await userByPhone(work.tx, phone)
  const message = {
    dedupeKey: `called:${providerMessageId}`,
    to: phone,
    userId: user?.id,
    body: texts[user?.locale ?? 'id'],
    sealedParams: [code],
    sendBy: expiresAt,
  }
  // If a webhook is delivered twice, the second delivery gets no new code. So the code in the first answer
  // stays valid.
  const [messageId] = await queueMessages(work, [message])
  if (messageId === undefined) return
  await sql`
    insert into called_codes (phone, code_hash, made_at, expires_at)
    values (${phone}, ${otpHash(work.vault, phone, code)}, ${work.now}, ${expiresAt})
    on conflict (phone) do update set code_hash = excluded.code_hash, made_at = excluded.made_at, expires_at = excluded.expires_at`.execute(
    work.tx,
  )
}

/** Returns whether this phone number has an unexpired code that its holder asked for on WhatsApp. */
export async function hasCalledCode(work: Work, phone: string): Promise<boolean> {
  const { rows } = await sql`
    select from called_codes where phone = ${phone} and expires_at > ${work.now}`.execute(work.tx)
  return rows.length > 0
}

/** Returns the phone numbers with an unexpired code that their holders asked for on WhatsApp. */
export async function calledNumbers(db: Kysely<DB>, now: Date): Promise<Set<string>> {
  const { rows } = await sql<{ phone: string }>`
    select phone from called_codes where expires_at > ${now} limit ${MAX_CALLED_NUMBERS}`.execute(db)
  return new Set(rows.map(({ phone }) => phone))
}

/**
 * Returns whether this is the code that laku sent when the number's holder asked for one on WhatsApp. If it
 * is, the code is used up.
 */
export async function useCalledCode(work: Work, phone: string, code: string): Promise<boolean> {
  const { rows } = await sql<{ codeHash: string }>`
    select code_hash from called_codes where phone = ${phone} and expires_at > ${work.now} for update`.execute(
    work.tx,
  )
  if (!rows[0] || !isOtpCode(work.vault, phone, code, rows[0].codeHash)) return false
  await sql`delete from called_codes where phone = ${phone}`.execute(work.tx)
  return true
}

/** Deletes up to `limit` expired codes that were asked for on WhatsApp; returns how many. */
export async function pruneCalledCodes(work: Work, limit: number): Promise<number> {
  const result = await sql`
    delete from called_codes where phone in (
      select phone from called_codes where expires_at < ${work.now} order by expires_at limit ${limit}
    )`.execute(work.tx)
  return Number(result.numAffectedRows ?? 0)
}
