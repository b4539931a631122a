import { sql } from 'kysely'
import { callAsHolder, kernelErrors, newId, type Refusal, type Work } from '../../kernel/index.ts'
import { authErrors } from '../errors.ts'
import { newFactorSecret, sealFactorSecret } from './totp.ts'
import { lockFactor, staffOf, tryFactorCode } from './use-factor-code.ts'

export interface EnrolledFactor {
  factorId: string
  /**
   * The secret of the second factor in base 32, which is shown once, and only to the staff member who enrols
   * the factor.
   */
  secret: string
  /** The `otpauth://…` address of the second factor, from which an authenticator app takes the secret. */
  uri: string
}

/**
 * Begins to enrol a second factor for the acting staff member. Staff who already have a factor first confirm
 * with its code (`useFactorCode`). They keep this factor until they enter the first code of the new one.
 * @throws kernel.forbidden, kernel.second_factor_needed, auth.factor_there
 */
export async function enrolFactor(work: Work): Promise<EnrolledFactor> {
  const { id: staffId, name, factor } = staffOf(work.actor)
  if (!factor?.isOf(staffId) && (await lockFactor(work, staffId, 'confirmed')))
    throw kernelErrors.second_factor_needed()
  const factorId = newId()
  const { secret, uri } = newFactorSecret(name)
  const sealed = sealFactorSecret(work.vault, secret)
  await callAsHolder(
    work,
    ({ token, reason, requestId }) =>
      sql`select factor_enrol(${token}, ${factorId}::uuid, ${sealed}, ${reason}, ${requestId}) as result`,
    { 'auth.factor_there': () => authErrors.factor_there() },
  )
  work.audited({ command: 'auth factor enrol', subject: ['staff', staffId], after: { factorId } })
  return { factorId, secret, uri }
}

export interface ConfirmedEnrolment {
  factorId: string
  confirmedAt: Date
}

/**
 * Completes the enrolment of a second factor with its first code, which must come within an hour. All of
 * finance is notified. A day after this confirmation, the factor can approve others' commands. The caller
 * also commits a refusal (auth.factor_not_begun, factor_code_wrong, factor_limited).
 * @throws kernel.forbidden
 */
export async function confirmEnrolment(
  work: Work,
  { code }: { code: string },
): Promise<Refusal | ConfirmedEnrolment> {
  const { id: staffId } = staffOf(work.actor)
  const factor = await lockFactor(work, staffId, 'under way')
  if (!factor) return { refused: authErrors.factor_not_begun() }
  const step = await tryFactorCode(work, staffId, factor, code)
  if (typeof step !== 'number') return step
  const confirmedAt = await callAsHolder<Date>(
    work,
    ({ token, reason, requestId }) =>
      sql`select factor_confirm(${token}, ${factor.id}::uuid, ${step}, ${reason}, ${requestId}) as result`,
    { 'auth.factor_not_begun': () => authErrors.factor_not_begun() },
  )
  const after = { factorId: factor.id, confirmedAt }
  work.audited({ command: 'auth factor confirm', subject: ['staff', staffId], after })
  return after
}
