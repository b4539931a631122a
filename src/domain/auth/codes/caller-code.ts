import { sql } from 'kysely'
import { insertRows, moveState, type Refusal, secondsAfter, type Work } from '../../kernel/index.ts'
import { type Locale, normalizePhone } from '../../user/index.ts'
import type { Subject } from '../../way-in/index.ts'
import { requireServedCountry } from '../../whatsapp/index.ts'
import { authErrors } from '../errors.ts'
import { loginCodeMachine } from '../transitions.ts'
import { newChallengeId } from './challenge-id.ts'
import { spendMessage } from './code-budget.ts'
import { LONGEST_WAIT_S, takeCodeTurn } from './code-limits.ts'
import { isOtpCode, newOtpCode, otpHash } from './otp-code.ts'
import { DELIVERED_WITHIN_S, sendCode } from './request.ts'

/** The new phone number of a user or a factory, before it is stored. */
export interface NewNumber {
  subject: Subject
  /** The phone number in any notation. */
  phone: string
}

/**
 * Proves that a user or a factory holds the phone number to which they want to change. Sends a code to that
 * number. Its holder calls staff and reads the code out to them. The message states the code's purpose.
 *
 * The code works for no other purpose and no other account. Returns the number, and for how long the code is
 * valid.
 * @throws user.phone_invalid, whatsapp.country_not_served, auth.otp_limited
 */
export async function sendCallerCode(
  work: Work,
  { subject: [kind, id], phone: written, locale }: NewNumber & { locale: Locale },
): Promise<{ phone: string; expiresInS: number; sentInS: number }> {
  const phone = normalizePhone(written)
  requireServedCountry(work.policy, phone)
  // This rate limit counts only the codes that staff send for this account. A stranger's requests for codes
  // to the same number count towards other limits. So a stranger cannot use up this limit.
  const sentInS = await takeCodeTurn(work, { phone, ip: null, knownAs: `caller ${id}` })
  if (!(await spendMessage(work, 'whatsapp', true)))
    throw authErrors.otp_limited({ of: 'day', retryAfterS: LONGEST_WAIT_S })
  const challengeId = newChallengeId(work.vault)
  const code = newOtpCode()
  const sentAt = secondsAfter(work.now, sentInS)
  const expiresAt = secondsAfter(sentAt, work.policy.otpMinutes * 60)
  await insertRows(work.tx, 'otpChallenges', [
    {
      id: challengeId,
      phone,
      codeHash: otpHash(work.vault, challengeId, code),
      ip: null,
      tries: 0,
      status: 'open',
      channel: 'whatsapp',
      purpose: 'phone',
      aboutKind: kind,
      aboutId: id,
      known: true,
      sentAt,
      nextWayAt: secondsAfter(sentAt, DELIVERED_WITHIN_S),
      createdAt: work.now,
      expiresAt,
    },
  ])
  const messageId = await sendCode(work, {
    challengeId,
    phone,
    language: locale,
    code,
    purpose: 'phone',
    sentAt,
    n: 1,
  })
  work.emit({
    type: 'otp.requested',
    aggregate: ['otp_challenge', challengeId],
    payload: { challengeId, messageId: messageId ?? null },
  })
  const expiresInS = Math.round((expiresAt.getTime() - work.now.getTime()) / 1000)
  return { phone, expiresInS, sentInS }
}

/**
 * Checks the code that the holder of a new phone number read out to staff. If the code is right, uses it up
 * and returns undefined. A wrong code takes an attempt from each valid code of this number, so that more
 * codes do not allow more guesses.
 *
 * The caller commits a returned refusal (auth.code_wrong with `triesLeft`, auth.code_expired).
 * @throws user.phone_invalid
 */
export async function tryCallerCode(
  work: Work,
  { subject: [kind, id], phone: written, code }: NewNumber & { code: string },
): Promise<Refusal | undefined> {
  const phone = normalizePhone(written)
  const { rows: open } = await sql<{ id: string; codeHash: string; tries: number }>`
    select id, code_hash, tries from otp_challenges
    where about_id = ${id}::uuid and about_kind = ${kind} and purpose = 'phone' and phone = ${phone}
      and status = 'open' and expires_at > ${work.now} and tries < ${work.policy.otpTries}
    order by id for no key update`.execute(work.tx)
  if (open.length === 0) return { refused: authErrors.code_expired() }
  const right = open.find((challenge) => isOtpCode(work.vault, challenge.id, code, challenge.codeHash))
  if (right) {
    const set = { tries: right.tries + 1, nextWayAt: null }
    await moveState(work, loginCodeMachine, { to: 'used', ids: [right.id], set })
    return undefined
  }
  const ids = open.map((challenge) => challenge.id)
  await sql`update otp_challenges set tries = tries + 1 where id = any(${ids}::uuid[])`.execute(work.tx)
  const spent = open.filter(({ tries }) => tries + 1 >= work.policy.otpTries).map((challenge) => challenge.id)
  if (spent.length > 0)
    await moveState(work, loginCodeMachine, { to: 'spent', ids: spent, set: { nextWayAt: null } })
  const triesLeft = work.policy.otpTries - 1 - Math.min(...open.map(({ tries }) => tries))
  return { refused: authErrors.code_wrong({ triesLeft }) }
}
