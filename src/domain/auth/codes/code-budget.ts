import { sql } from 'kysely'
import { jakartaDate, type Work } from '../../kernel/index.ts'

export type PaidChannel = 'whatsapp' | 'sms'

/**
 * The largest share of a day's paid messages with codes that strangers may use. The rest is for people whom
 * laku knows from before.
 */
const STRANGERS_SHARE = 0.8
/** When strangers have used up this share of their daily messages, laku asks for the attention of staff. */
const ALARM_SHARE = 0.5

/**
 * Takes one message out of the daily budget of a paid channel, WhatsApp or SMS. Asks for the attention of
 * staff when strangers have used up half of their share. Returns false if nothing is left for this kind of
 * person, known or stranger.
 */
export async function spendMessage(work: Work, channel: PaidChannel, known: boolean): Promise<boolean> {
  const perDay = channel === 'sms' ? work.policy.smsPerDay : work.policy.whatsappCodesPerDay
  const strangersMay = Math.floor(perDay * STRANGERS_SHARE)
  const day = jakartaDate(work.now)
  const room = known ? sql`s.strangers + s.known < ${perDay}` : sql`s.strangers < ${strangersMay}`
  const { rows } = await sql<{ strangers: number }>`
    insert into code_spending as s (day, channel, strangers, known)
    values (${day}::date, ${channel}, ${known ? 0 : 1}, ${known ? 1 : 0})
    on conflict (day, channel) do update set strangers = s.strangers + excluded.strangers, known = s.known + excluded.known
    where ${room} returning strangers`.execute(work.tx)
  const [spent] = rows
  if (!spent || spent.strangers >= strangersMay * ALARM_SHARE) {
    work.requestAttention({
      kind: 'otp.budget',
      subject: ['paid_channel', channel],
      message: spent
        ? `Unknown people have asked for ${spent.strangers} of the ${strangersMay} codes by ${channel} that a day has for them. Check with laku doctor whether this is an attack.`
        : `Unknown people have used all ${strangersMay} codes by ${channel} that a day has for them. Check with laku doctor whether this is an attack.`,
      command: 'laku doctor',
      details: { day },
    })
  }
  return spent !== undefined
}

const KEPT_DAYS = 90

/** Deletes the counts of messages sent on days before the last 90; returns how many rows. */
export async function pruneSpending(work: Work, limit: number): Promise<number> {
  const result = await sql`
    delete from code_spending where (day, channel) in (
      select day, channel from code_spending where day < ${jakartaDate(work.now)}::date - ${KEPT_DAYS}::int limit ${limit}
    )`.execute(work.tx)
  return Number(result.numAffectedRows ?? 0)
}
