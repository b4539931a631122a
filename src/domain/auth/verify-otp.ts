import type { Refusal, Work } from '../kernel/index.ts'
import { registerUser } from '../user/index.ts'
import { authErrors } from './errors.ts'
import { type Login, startAuthSession } from './start-auth-session.ts'
import { tryCode } from './try-code.ts'

export interface OtpProof {
  challengeId: string
  code: string
  /** Of a person who is new here. */
  name?: string | undefined
}

export type LoginOutcome = { refused?: undefined; login: Login } | Refusal

/**
 * Logs in by a code, and registers its number where it is new. A code is good once, however many submit it at the same
 * time, and dies of `policy.otpTries` wrong ones. The caller throws `refused` after the commit: auth.code_wrong
 * (with `triesLeft`), auth.code_expired, auth.user_suspended.
 */
export async function verifyOtp(work: Work, { name, ...given }: OtpProof): Promise<LoginOutcome> {
  const tried = await tryCode(work, given)
  if (tried.refused) return tried
  const user = await registerUser(work, { phone: tried.phone, name })
  if (user.status !== 'active') return { refused: authErrors.user_suspended() }
  return { login: await startAuthSession(work, user) }
}
