import { sql } from 'kysely'
import type { DomainError, Work } from '../kernel/index.ts'
import { registerUser } from '../user/index.ts'
import { authErrors } from './errors.ts'
import { isOtpCode } from './otp-code.ts'
import { type Login, startAuthSession } from './start-auth-session.ts'

export interface OtpProof {
  challengeId: string
  code: string
  /** Of a person who is new here. */
  name?: string | undefined
}

/** What came of it. A refusal is no throw: what it counted must be committed. */
export type LoginOutcome = { refused?: undefined; login: Login } | { refused: DomainError }

/**
 * Logs in by a code, and registers its number where it is new. A code is good once, however many submit it at the same
 * time, and dies of `policy.otpTries` wrong ones. The caller throws `refused` after the commit: auth.code_wrong
 * (with `triesLeft`), auth.code_expired, auth.user_suspended.
 */
export async function verifyOtp(work: Work, { challengeId, code, name }: OtpProof): Promise<LoginOutcome> {
  const challenge = await useTry(work, challengeId)
  if (!challenge) return { refused: authErrors.code_expired() }
  if (!isOtpCode(work.vault, challengeId, code, challenge.codeHash)) {
    const triesLeft = work.policy.otpTries - challenge.tries
    if (triesLeft <= 0) await endChallenge(work, challengeId, 'spent')
    return { refused: authErrors.code_wrong({ triesLeft }) }
  }
  await endChallenge(work, challengeId, 'used')
  const user = await registerUser(work, { phone: challenge.phone, name })
  if (user.status !== 'active') return { refused: authErrors.user_suspended() }
  return { login: await startAuthSession(work, user) }
}

/**
 * Takes one of the tries of an open challenge, before the code is looked at. The row stays locked to the commit, so a
 * second submit waits, and then finds the challenge used or its count risen.
 */
async function useTry(
  work: Work,
  challengeId: string,
): Promise<{ phone: string; codeHash: string; tries: number } | undefined> {
  const { rows } = await sql<{ phone: string; codeHash: string; tries: number }>`
    update otp_challenges set tries = tries + 1
    where id = ${challengeId} and status = 'open' and expires_at > ${work.now} and tries < ${work.policy.otpTries}
    returning phone, code_hash, tries`.execute(work.tx)
  return rows[0]
}

async function endChallenge(work: Work, challengeId: string, status: 'used' | 'spent'): Promise<void> {
  await work.tx.updateTable('otpChallenges').set({ status }).where('id', '=', challengeId).execute()
}
