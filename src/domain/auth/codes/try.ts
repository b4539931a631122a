import { sql } from 'kysely'
import { type DomainError, moveState, type Refusal, type Work } from '../../kernel/index.ts'
import { authErrors } from '../errors.ts'
import { type CodeStatus, loginCodeMachine } from '../transitions.ts'
import { useCalledCode } from './called-code.ts'
import { isChallengeId } from './challenge-id.ts'
import { countWrongCode, guessHeldBack } from './code-limits.ts'
import { codeOfAnother } from './code-of-another.ts'
import { isOtpCode } from './otp-code.ts'
import type { Proof } from './proof-of-work.ts'
import type { CodePurpose } from './request.ts'

export interface CodeGiven {
  challengeId: string
  code: string
  /** The purpose for which the code must have been requested. */
  purpose: CodePurpose
  /**
   * The user to whose phone the code must have been sent; if absent, the code may have been sent to any
   * phone.
   */
  userId?: string | undefined
  /** The network address where the code was typed; null where there is no address. */
  ip: string | null
  /** The solution of a puzzle, if laku asked the person's browser to solve one. */
  proof?: Proof | undefined
}

/**
 * Checks a typed code against an open challenge (one sent code), and returns the phone number to which the
 * code was sent. A right code uses up the challenge; a wrong code takes an attempt, and the last attempt ends
 * the challenge. A code that was sent for another browser takes no attempt.
 *
 * The challenge's row stays locked until the commit, so a second submit waits. The caller commits even on a
 * refusal (auth.code_wrong with `triesLeft`, auth.code_expired, auth.code_for_another_purpose,
 * auth.proof_needed), because the attempt counts.
 */
export async function tryCode(
  work: Work,
  given: CodeGiven,
): Promise<Refusal | { refused?: undefined; phone: string }> {
  const { challengeId, ip, proof } = given
  if (!isChallengeId(work.vault, challengeId)) return { refused: authErrors.code_expired() }
  const challenge = await lockOpen(work, given)
  if (!challenge) return { refused: await whyNotOpen(work, given) }
  const heldBack = challenge.tries > 0 && (await guessHeldBack(work, { ip, challengeId, proof }))
  if (heldBack) return { refused: heldBack }
  if (await isRight(work, given, challenge)) {
    await moveOn(work, challengeId, challenge.tries + 1, 'used')
    return { phone: challenge.phone }
  }
  const other = await codeOfAnother(work, {
    ...given,
    ...challenge,
    triesLeft: work.policy.otpTries - challenge.tries,
  })
  if (other) return { refused: other }
  const tries = challenge.tries + 1
  const triesLeft = work.policy.otpTries - tries
  await moveOn(work, challengeId, tries, triesLeft <= 0 ? 'spent' : 'open')
  await countWrongCode(work, ip)
  return { refused: authErrors.code_wrong({ triesLeft }) }
}

async function isRight(
  work: Work,
  { challengeId, code, purpose }: CodeGiven,
  { phone, codeHash }: OpenChallenge,
): Promise<boolean> {
  if (isOtpCode(work.vault, challengeId, code, codeHash)) return true
  return purpose === 'login' && (await useCalledCode(work, phone, code))
}

interface OpenChallenge {
  phone: string
  codeHash: string
  tries: number
  sentAt: Date | null
}

async function lockOpen(
  work: Work,
  { challengeId, userId, purpose }: CodeGiven,
): Promise<OpenChallenge | undefined> {
  const { rows } = await sql<OpenChallenge>`
    select phone, code_hash, tries, sent_at from otp_challenges
    where ${isOpen(work, challengeId)} and purpose = ${purpose} and ${isOf(userId)}
    for no key update`.execute(work.tx)
  return rows[0]
}

/**
 * Returns the refusal of a code that is not open for this purpose: it was sent for another one, or is over.
 */
async function whyNotOpen(work: Work, { challengeId, userId }: CodeGiven): Promise<DomainError> {
  const { rows } = await sql<{ purpose: CodePurpose }>`
    select purpose from otp_challenges where ${isOpen(work, challengeId)} and ${isOf(userId)}`.execute(
    work.tx,
  )
  const [other] = rows
  return other ? authErrors.code_for_another_purpose({ purpose: other.purpose }) : authErrors.code_expired()
}

/** An SQL condition for an open challenge of this id. */
const isOpen = ({ now, policy }: Work, challengeId: string) => sql`
  id = ${challengeId} and status = 'open' and expires_at > ${now} and tries < ${policy.otpTries}`

/** An SQL condition for a challenge that was sent to this user; to anybody if none is named. */
const isOf = (userId: string | undefined) =>
  userId === undefined ? sql`true` : sql`phone = (select phone from users where id = ${userId})`

async function moveOn(work: Work, challengeId: string, tries: number, to: CodeStatus): Promise<void> {
  if (to === 'open')
    await work.tx.updateTable('otpChallenges').set({ tries }).where('id', '=', challengeId).execute()
  else await moveState(work, loginCodeMachine, { to, ids: [challengeId], set: { tries, nextWayAt: null } })
}
