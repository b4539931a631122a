import { sql } from 'kysely'
import type { Work } from '../kernel/index.ts'
import { authErrors } from './errors.ts'
import { isOtpCode } from './otp-code.ts'

export interface OtpConfirmation {
  challengeId: string
  code: string
  userId: string
}

/**
 * Takes one of the tries of a code, to be committed before the code is looked at in the transaction that needs it: a guess counts
 * although what it was for is rolled back. Returns whether there was one left.
 */
export async function takeOtpTry(work: Work, challengeId: string): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update otp_challenges set tries = tries + 1
    where id = ${challengeId}::uuid and status = 'open' and expires_at > ${work.now} and tries < ${work.policy.otpTries}`.execute(
    work.tx,
  )
  return numAffectedRows === 1n
}

/**
 * A user who is logged in proves to hold their phone still: by a code sent to it, good once, whose try was taken before
 * (`takeOtpTry`). It is used up only if this transaction commits. Returns when it was proved.
 * @throws auth.code_wrong, auth.code_expired
 */
export async function confirmOtp(work: Work, { challengeId, code, userId }: OtpConfirmation): Promise<Date> {
  const { rows } = await sql<{ codeHash: string; tries: number; isTheirs: boolean }>`
    select c.code_hash, c.tries, exists (select from users u where u.id = ${userId}::uuid and u.phone = c.phone) as is_theirs
    from otp_challenges c
    where c.id = ${challengeId}::uuid and c.status = 'open' and c.expires_at > ${work.now} for no key update of c`.execute(
    work.tx,
  )
  const [challenge] = rows
  if (!challenge?.isTheirs) throw authErrors.code_expired()
  if (!isOtpCode(work.vault, challengeId, code, challenge.codeHash)) {
    throw authErrors.code_wrong({ triesLeft: Math.max(0, work.policy.otpTries - challenge.tries) })
  }
  await sql`update otp_challenges set status = 'used' where id = ${challengeId}::uuid`.execute(work.tx)
  return work.now
}
