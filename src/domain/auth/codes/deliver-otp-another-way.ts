import { sql } from 'kysely'
import {
  type Actor,
  attempt,
  type ProviderFailure,
  secondsAfter,
  type UnitOfWork,
  type Work,
} from '../../kernel/index.ts'
import type { Mailer } from '../../notification/index.ts'
import { isPaused, requireRunning } from '../../ops/index.ts'
import { type Locale, type User, userByPhone } from '../../user/index.ts'
import { isDelivered, secretParamsOf } from '../../whatsapp/index.ts'
import { spendMessage } from './code-budget.ts'
import { otpMessageKey } from './otp-code.ts'
import { type CodePurpose, DELIVERED_WITHIN_S } from './request.ts'
import type { SmsSender } from './sms.ts'

export interface DeliveryContext {
  unitOfWork: UnitOfWork
  actor: Actor
  mailer: Mailer
  sms: SmsSender
}

interface NextWay {
  channel: 'email' | 'sms'
  to: string
  code: string
  purpose: CodePurpose
  locale: Locale
}

type Text = { subject: string; body: (code: string) => string }

// Each message text names the code's purpose. A person who is talked into reading the code aloud then sees
// what the code would allow.
const texts: Record<Locale, Record<CodePurpose, Text>> = {
  id: {
    login: {
      subject: 'Kode masuk Laku',
      body: (code) => `${code} adalah kode masuk Laku Anda. Jangan berikan kepada siapa pun.`,
    },
    withdrawal: {
      subject: 'Kode penarikan dana Laku',
      body: (code) => `${code} adalah kode penarikan dana Laku Anda. Jangan berikan kepada siapa pun.`,
    },
    email: {
      subject: 'Kode ganti alamat email Laku',
      body: (code) =>
        `${code} adalah kode untuk mengganti alamat email akun Laku Anda. Jangan berikan kepada siapa pun.`,
    },
    phone: {
      subject: 'Kode nomor baru Laku',
      body: (code) =>
        `${code} adalah kode untuk memindahkan akun Laku ke nomor ini. Sebutkan hanya kepada petugas Laku yang Anda hubungi sendiri.`,
    },
  },
  en: {
    login: {
      subject: 'Your Laku code',
      body: (code) => `${code} is your Laku code. Do not share it with anyone.`,
    },
    withdrawal: {
      subject: 'Your Laku code for a withdrawal',
      body: (code) => `${code} is your Laku code to withdraw money. Do not share it with anyone.`,
    },
    email: {
      subject: 'Your Laku code for a new email address',
      body: (code) => `${code} is your Laku code to change your email address. Do not share it with anyone.`,
    },
    phone: {
      subject: 'Your Laku code for a new number',
      body: (code) =>
        `${code} is the code to move a Laku account to this number. Tell it only to the person at Laku whom you called yourself.`,
    },
  },
}

/** The reason for sending a code by another channel. */
export type NextWayBecause =
  /** The channel that did not deliver the code. */
  | { failed: 'whatsapp' | 'email' }
  /** No provider confirmed in time that the code was delivered. */
  | { due: true }
  /** The person asked for this channel. */
  | { asked: 'email' | 'sms' }

/**
 * Sends a code by another channel: by email if the user has an email address, and by SMS if the email fails
 * (service map: failure modes). The channel is stored before the code is sent. So if the worker dies in
 * between, the next channel is tried.
 *
 * While staff have paused email, the code goes by SMS. While they have paused SMS, the code waits until it
 * expires.
 * @throws kernel.paused
 */
export async function deliverOtpAnotherWay(
  context: DeliveryContext,
  challengeId: string,
  because: NextWayBecause = { failed: 'whatsapp' },
): Promise<void> {
  let why = because
  for (;;) {
    const way = await context.unitOfWork.run(context.actor, (work) => takeNextWay(work, challengeId, why))
    if (!way) return
    const failure = await deliver(context, way)
    if (!failure) return
    if (way.channel === 'email') why = { failed: 'email' }
    else
      return await context.unitOfWork.run(context.actor, async (work) =>
        reportUndeliveredCodes(work, failure),
      )
  }
}

interface OpenCode {
  phone: string
  channel: 'whatsapp' | 'email' | 'sms'
  purpose: CodePurpose
  known: boolean
  nextWayAt: Date | null
  /** The language of the user whose new phone number the code proves. */
  aboutLocale: Locale | null
}

/**
 * Returns the next channel by which to send a code. Returns undefined if the code is no longer wanted, was
 * delivered, or was sent by all channels.
 */
async function takeNextWay(
  work: Work,
  challengeId: string,
  because: NextWayBecause,
): Promise<NextWay | undefined> {
  const { rows } = await sql<OpenCode>`
    select phone, channel, purpose, known, next_way_at, (select locale from users where id = about_id) as about_locale
    from otp_challenges
    where id = ${challengeId} and status = 'open' and expires_at > ${work.now} for no key update`.execute(
    work.tx,
  )
  const [challenge] = rows
  const [code] = (await secretParamsOf(work, otpMessageKey(challengeId))) ?? []
  if (!challenge || code === undefined || !(await isWanted(work, challengeId, challenge, because)))
    return await noNextWay(work, challengeId)
  const user = await userByPhone(work.tx, challenge.phone)
  const channel = await channelOf(work, challenge, because, mailable(user, challenge.purpose))
  if (channel === undefined) return undefined
  const nextWayAt = channel === 'email' ? secondsAfter(work.now, DELIVERED_WITHIN_S) : null
  await work.tx
    .updateTable('otpChallenges')
    .set({ channel, nextWayAt, sentAt: work.now })
    .where('id', '=', challengeId)
    .execute()
  if (channel === 'sms' && !(await spendMessage(work, 'sms', challenge.known))) return undefined
  const { purpose } = challenge
  return {
    channel,
    to: channel === 'email' ? (user?.email as string) : challenge.phone,
    code,
    purpose,
    locale: challenge.aboutLocale ?? user?.locale ?? 'id',
  }
}

async function isWanted(
  work: Work,
  challengeId: string,
  { channel, nextWayAt }: OpenCode,
  because: NextWayBecause,
): Promise<boolean> {
  if ('asked' in because) return true
  if ('failed' in because) return channel === because.failed
  if (nextWayAt === null || nextWayAt > work.now || channel === 'sms') return false
  return channel !== 'whatsapp' || !(await isDelivered(work.tx, otpMessageKey(challengeId)))
}

/**
 * Returns the user's email address, if it is confirmed and may receive a code for this purpose. A code that
 * proves a new phone number is never sent by email. A code for a change of the email address is not sent by
 * email either. The reason is that the person who set the present address may not be the person who reads its
 * mail.
 */
function mailable(user: User | undefined, purpose: CodePurpose): string | null {
  return user && user.emailConfirmedAt !== null && purpose !== 'email' && purpose !== 'phone'
    ? user.email
    : null
}

async function channelOf(
  work: Work,
  { channel }: OpenCode,
  because: NextWayBecause,
  email: string | null | undefined,
): Promise<'email' | 'sms' | undefined> {
  const mayMail = email && !(await isPaused(work.tx, 'email'))
  if ('asked' in because && because.asked === 'email') return mayMail ? 'email' : undefined
  if (!('asked' in because) && channel === 'whatsapp' && mayMail) return 'email'
  await requireRunning(work.tx, 'sms')
  return 'sms'
}

async function noNextWay(work: Work, challengeId: string): Promise<undefined> {
  await sql`update otp_challenges set next_way_at = null where id = ${challengeId} and next_way_at <= ${work.now}`.execute(
    work.tx,
  )
}

async function deliver({ mailer, sms }: DeliveryContext, way: NextWay): Promise<ProviderFailure | undefined> {
  const { subject, body } = texts[way.locale][way.purpose]
  return await attempt(async () => {
    if (way.channel === 'email') await mailer.send({ to: way.to, subject, text: body(way.code) })
    else await sms.send({ to: way.to, body: body(way.code) })
    return undefined
  })
}

function reportUndeliveredCodes(work: Work, { provider, code }: ProviderFailure): void {
  work.requestAttention({
    kind: 'otp.undelivered',
    subject: ['failure_code', `${provider}:${code}`],
    message: `Codes do not reach people, neither by WhatsApp nor by email or SMS (${code}). Run laku doctor to find the cause.`,
    command: 'laku doctor',
  })
}
