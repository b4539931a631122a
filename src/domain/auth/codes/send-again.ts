import { sql } from 'kysely'
import { secondsAfter, type Work } from '../../kernel/index.ts'
import { userByPhone } from '../../user/index.ts'
import { secretParamsOf } from '../../whatsapp/index.ts'
import { authErrors } from '../errors.ts'
import { spendMessage } from './code-budget.ts'
import { otpMessageKey } from './otp-code.ts'
import { type CodePurpose, DELIVERED_WITHIN_S, sendCode } from './request.ts'

export type CodeChannel = 'whatsapp' | 'email' | 'sms'

/** The time that a sent code has to arrive, before the person may ask for the code by another channel (s). */
const CHOICE_AFTER_S = 15
/** The maximum number of times that a code is sent, over all channels together. */
const MAX_SENDS = 4

/**
 * Sends the code of a challenge again, by the channel that the person chooses. Only the browser that asked
 * for the code knows the challenge id (the id of the sent code). laku's answer is the same whether the person
 * has an email address or not.
 * @throws auth.code_expired, auth.channel_not_yet with `retryAfterS`, auth.sent_often_enough,
 * auth.otp_limited
 */
export async function sendCodeAgain(
  work: Work,
  { challengeId, channel }: { challengeId: string; channel: CodeChannel },
): Promise<{ channel: CodeChannel; againInS: number }> {
  const { rows } = await sql<{
    phone: string
    purpose: CodePurpose
    sends: number
    sentAt: Date | null
    known: boolean
  }>`
    select phone, purpose, sends, sent_at, known from otp_challenges
    where id = ${challengeId} and status = 'open' and expires_at > ${work.now} for no key update`.execute(
    work.tx,
  )
  const [challenge] = rows
  if (!challenge) throw authErrors.code_expired()
  const { phone, purpose, sends, sentAt, known } = challenge
  if (sends >= MAX_SENDS || sentAt === null) throw authErrors.sent_often_enough()
  const retryAfterS = Math.ceil((secondsAfter(sentAt, CHOICE_AFTER_S).getTime() - work.now.getTime()) / 1000)
  if (retryAfterS > 0) throw authErrors.channel_not_yet({ retryAfterS })
  const nextWayAt = secondsAfter(work.now, DELIVERED_WITHIN_S)
  await sql`
    update otp_challenges set sends = sends + 1, sent_at = ${work.now},
      channel = case when ${channel} = 'whatsapp' then 'whatsapp' else channel end,
      next_way_at = case when ${channel} = 'whatsapp' then ${nextWayAt}::timestamptz else next_way_at end
    where id = ${challengeId}`.execute(work.tx)
  if (channel === 'whatsapp') await byWhatsApp(work, { challengeId, phone, purpose, known, n: sends + 1 })
  else {
    work.emit({
      type: 'otp.way_chosen',
      aggregate: ['otp_challenge', challengeId],
      payload: { challengeId, channel },
    })
  }
  return { channel, againInS: CHOICE_AFTER_S }
}

async function byWhatsApp(
  work: Work,
  {
    challengeId,
    phone,
    purpose,
    known,
    n,
  }: { challengeId: string; phone: string; purpose: CodePurpose; known: boolean; n: number },
): Promise<void> {
  if (!(await spendMessage(work, 'whatsapp', known)))
    throw authErrors.otp_limited({ of: 'day', retryAfterS: 60 })
  const [code] = (await secretParamsOf(work, otpMessageKey(challengeId))) ?? []
  if (code === undefined) throw authErrors.code_expired()
  const user = await userByPhone(work.tx, phone)
  await sendCode(work, { challengeId, phone, user, code, purpose, sentAt: work.now, n })
}
