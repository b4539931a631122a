import type { Refusal, Work } from '../../kernel/index.ts'
import { registerUser } from '../../user/index.ts'
import { authErrors } from '../errors.ts'
import { newDeviceToken } from '../logins/device-token.ts'
import { type Login, startAuthSession } from '../logins/start.ts'
import type { Proof } from './proof-of-work.ts'
import { tryCode } from './try.ts'

export interface OtpProof {
  challengeId: string
  code: string
  /** The network address where the code was typed; null where there is no address. */
  ip: string | null
  /** The solution of a puzzle, if laku asked the person's browser to solve one. */
  proof?: Proof | undefined
  /**
   * The text by which the person's browser names itself. By this text, laku detects that another browser uses
   * the log-in. If another browser tries to refresh the log-in, the log-in ends. Two tabs of the same browser
   * may refresh it.
   */
  device?: string | undefined
  /** The name of the person, if they have no account yet. */
  name?: string | undefined
}

export type LoginOutcome = { refused?: undefined; login: Login } | Refusal

/**
 * The log-in, and a token for the browser. By this token, laku recognises the browser when it asks for its
 * next code.
 */
export type CodeLogin = { refused?: undefined; login: Login; deviceToken: string } | Refusal

/**
 * Logs a person in by a code, and registers the code's phone number if no user has it. A code works once,
 * however many requests submit it at the same time, and `policy.otpTries` wrong codes end it. The caller
 * throws `refused` after the commit: auth.code_wrong (with `triesLeft`), auth.code_expired,
 * auth.proof_needed, auth.user_suspended.
 */
export async function verifyOtp(work: Work, { name, device, ...given }: OtpProof): Promise<CodeLogin> {
  const tried = await tryCode(work, { ...given, purpose: 'login' })
  if (tried.refused) return tried
  const user = await registerUser(work, { phone: tried.phone, name })
  if (user.status !== 'active') return { refused: authErrors.user_suspended() }
  return { login: await startAuthSession(work, user, device), deviceToken: newDeviceToken(work, user.id) }
}
