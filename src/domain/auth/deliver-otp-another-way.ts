import { sql } from 'kysely'
import {
  type Actor,
  isPaused,
  ProviderFailure,
  requireRunning,
  type UnitOfWork,
  type Work,
} from '../kernel/index.ts'
import type { Mailer } from '../notification/index.ts'
import { type Locale, userByPhone } from '../user/index.ts'
import { secretParamsOf } from '../whatsapp/index.ts'
import { otpMessageKey } from './otp-code.ts'
import type { SmsSender } from './sms.ts'

export interface DeliveryContext {
  units: UnitOfWork
  actor: Actor
  mailer: Mailer
  sms: SmsSender
}

interface NextWay {
  channel: 'email' | 'sms'
  to: string
  code: string
  locale: Locale
}

const texts: Record<Locale, { subject: string; body: (code: string) => string }> = {
  id: {
    subject: 'Kode masuk Laku',
    body: (code) => `${code} adalah kode masuk Laku Anda. Jangan berikan kepada siapa pun.`,
  },
  en: {
    subject: 'Your Laku code',
    body: (code) => `${code} is your Laku code. Do not share it with anyone.`,
  },
}

/**
 * Sends a code that WhatsApp did not bring: by email where the user has one, and where that fails by SMS (service map:
 * failure modes). Each way is taken at most once, and noted before it is: a worker that dies goes on with the next. While staff
 * have paused email a code goes by SMS; while they have paused SMS it waits, as long as it is good.
 * @throws kernel.paused
 */
export async function deliverOtpAnotherWay(context: DeliveryContext, challengeId: string): Promise<void> {
  for (;;) {
    const way = await context.units.run(context.actor, (work) => takeNextWay(work, challengeId))
    if (!way) return
    const failure = await deliver(context, way)
    if (!failure) return
    if (way.channel === 'sms')
      await context.units.run(context.actor, async (work) => raiseUndelivered(work, failure))
  }
}

/** The way after the last one taken, or nothing where the code is no longer wanted or all ways were tried. */
async function takeNextWay(work: Work, challengeId: string): Promise<NextWay | undefined> {
  const { rows } = await sql<{ phone: string; channel: 'whatsapp' | 'email' | 'sms' }>`
    select phone, channel from otp_challenges
    where id = ${challengeId} and status = 'open' and expires_at > ${work.now} for no key update`.execute(
    work.tx,
  )
  const [challenge] = rows
  const [code] = (await secretParamsOf(work, otpMessageKey(challengeId))) ?? []
  if (!challenge || challenge.channel === 'sms' || code === undefined) return undefined
  const user = await userByPhone(work.tx, challenge.phone)
  const mayMail = challenge.channel === 'whatsapp' && !(await isPaused(work.tx, 'email'))
  const byEmail = mayMail ? user?.email : null
  const channel = byEmail ? 'email' : 'sms'
  if (channel === 'sms') await requireRunning(work.tx, 'sms')
  await work.tx.updateTable('otpChallenges').set({ channel }).where('id', '=', challengeId).execute()
  return { channel, to: byEmail || challenge.phone, code, locale: user?.locale ?? 'id' }
}

async function deliver({ mailer, sms }: DeliveryContext, way: NextWay): Promise<ProviderFailure | undefined> {
  const { subject, body } = texts[way.locale]
  try {
    if (way.channel === 'email') await mailer.send({ to: way.to, subject, text: body(way.code) })
    else await sms.send({ to: way.to, body: body(way.code) })
    return undefined
  } catch (error) {
    if (error instanceof ProviderFailure) return error
    throw error
  }
}

function raiseUndelivered(work: Work, { provider, code }: ProviderFailure): void {
  work.raise({
    kind: 'otp.undelivered',
    subject: ['failure_code', `${provider}:${code}`],
    message: `Codes reach people by none of WhatsApp, email and SMS: ${code}`,
    command: 'laku doctor',
  })
}
