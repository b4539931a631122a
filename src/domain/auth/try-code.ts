import { sql } from 'kysely'
import { moveState, type Refusal, type Work } from '../kernel/index.ts'
import { authErrors } from './errors.ts'
import { isOtpCode } from './otp-code.ts'
import { type CodeStatus, loginCodeMachine } from './transitions.ts'

export interface CodeGiven {
  challengeId: string
  code: string
  /** The code must have been sent to this user's phone; without one, to any. */
  userId?: string | undefined
}

/**
 * Takes one of the tries of an open challenge, then looks at the code: a right one is used up, the last wrong one spends the
 * challenge. The row stays locked to the commit, so a second submit waits, and then finds the challenge used or its count
 * risen. Returns the phone that the code was sent to; a refusal (auth.code_wrong with `triesLeft`, auth.code_expired) is
 * to be committed, for the try counts.
 */
export async function tryCode(
  work: Work,
  { challengeId, code, userId }: CodeGiven,
): Promise<Refusal | { refused?: undefined; phone: string }> {
  const theirs =
    userId === undefined ? sql`true` : sql`phone = (select phone from users where id = ${userId})`
  const { rows } = await sql<{ phone: string; codeHash: string; tries: number }>`
    update otp_challenges set tries = tries + 1
    where id = ${challengeId} and status = 'open' and expires_at > ${work.now} and tries < ${work.policy.otpTries} and ${theirs}
    returning phone, code_hash, tries`.execute(work.tx)
  const [challenge] = rows
  if (!challenge) return { refused: authErrors.code_expired() }
  if (isOtpCode(work.vault, challengeId, code, challenge.codeHash)) {
    await endChallenge(work, challengeId, 'used')
    return { phone: challenge.phone }
  }
  const triesLeft = work.policy.otpTries - challenge.tries
  if (triesLeft <= 0) await endChallenge(work, challengeId, 'spent')
  return { refused: authErrors.code_wrong({ triesLeft }) }
}

async function endChallenge(work: Work, challengeId: string, to: CodeStatus): Promise<void> {
  await moveState(work, loginCodeMachine, { to, ids: [challengeId], all: true })
}
