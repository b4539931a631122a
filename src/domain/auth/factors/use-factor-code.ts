import { sql } from 'kysely'
import {
  type Actor,
  ConfirmedFactor,
  callAsHolder,
  kernelErrors,
  type Refusal,
  type Work,
} from '../../kernel/index.ts'
import { takeTurns, turnInS } from '../../ops/index.ts'
import { LONGEST_WAIT_S } from '../codes/code-limits.ts'
import { authErrors } from '../errors.ts'
import { FACTOR_PURPOSE, stepOfCode } from './totp.ts'

/**
 * The limit of a person's wrong second-factor codes: the first five at once, and then one a minute. So a
 * million guesses would take two years, but the person never waits longer than a minute.
 */
const WRONG_AT_ONCE = 5
const WRONG_EVERY_S = LONGEST_WAIT_S

interface Factor {
  id: string
  secretSealed: string
}

/**
 * Confirms one command of the acting staff member by a code of their second factor. A code works only once.
 * If `burn` is false, the code is checked but not used up, for a dry run. The caller runs this in a
 * transaction of its own, and also commits a refusal, because wrong codes are counted. The refusals are
 * kernel.second_factor_missing, auth.factor_code_wrong, factor_code_used, and factor_limited with
 * `retryAfterS`, 60 at most.
 * @throws kernel.forbidden
 */
export async function useFactorCode(
  work: Work,
  { code, burn = true }: { code: string; burn?: boolean },
): Promise<Refusal | ConfirmedFactor> {
  const { id: staffId } = staffOf(work.actor)
  const factor = await lockFactor(work, staffId, 'confirmed')
  if (!factor) return { refused: kernelErrors.second_factor_missing() }
  const step = await tryFactorCode(work, staffId, factor, code)
  if (typeof step !== 'number') return step
  const isFresh = burn
    ? await callAsHolder<boolean>(
        work,
        ({ token }) => sql`select factor_use(${token}, ${factor.id}::uuid, ${step}) as result`,
      )
    : !(await isBurnt(work, factor.id, step))
  if (!isFresh) return { refused: authErrors.factor_code_used() }
  return new ConfirmedFactor(staffId, factor.id)
}

/**
 * Checks one code of a second factor, and counts a wrong code. A person who guesses codes of one factor gets
 * one guess at a time.
 */
export async function tryFactorCode(
  work: Work,
  staffId: string,
  { secretSealed }: Pick<Factor, 'secretSealed'>,
  code: string,
): Promise<Refusal | number> {
  const turn = { name: `factor ${staffId}`, atOnce: WRONG_AT_ONCE, everyS: WRONG_EVERY_S }
  const retryAfterS = await turnInS(work, turn)
  if (retryAfterS > 0) return { refused: authErrors.factor_limited({ retryAfterS }) }
  // The code is checked by the real time, which the telephone uses too. Laku's own clock may be shifted in
  // development.
  const { rows } = await sql<{ ms: number }>`
    select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms`.execute(work.tx)
  const nowMs = rows[0]?.ms ?? Date.now()
  const secret = work.vault.open(FACTOR_PURPOSE, secretSealed)
  const digits = withoutGaps(code)
  const step = /^\d{6}$/.test(digits) ? stepOfCode(secret, digits, nowMs) : undefined
  if (step !== undefined) return step
  await takeTurns(work, [{ ...turn, counted: true }])
  if ((await turnInS(work, turn)) > 0) reportGuessedFactor(work, staffId)
  return { refused: authErrors.factor_code_wrong() }
}

/** Returns a code without the gap with which apps show it and people type it: `123 456`, `123-456`. */
const withoutGaps = (code: string) => code.replaceAll(/[\s\p{Pd}.]/gu, '')

/**
 * Returns the second factor of a staff member, under a lock. Other transactions that call this function for
 * the same staff member wait until this transaction ends.
 */
export async function lockFactor(
  work: Work,
  staffId: string,
  which: 'confirmed' | 'under way',
): Promise<Factor | undefined> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`factor ${staffId}`}, 0))`.execute(work.tx)
  const is = which === 'confirmed' ? sql`confirmed_at is not null` : sql`confirmed_at is null`
  const { rows } = await sql<Factor>`
    select id, secret_sealed from staff_factors where staff_id = ${staffId}::uuid and ended_at is null and ${is}`.execute(
    work.tx,
  )
  return rows[0]
}

async function isBurnt(work: Work, factorId: string, step: number): Promise<boolean> {
  const { rows } = await sql`
    select from staff_factor_codes where factor_id = ${factorId} and step = ${step}`.execute(work.tx)
  return rows.length > 0
}

function reportGuessedFactor(work: Work, staffId: string): void {
  const { name } = staffOf(work.actor)
  work.requestAttention({
    kind: 'factor_guessed',
    subject: ['staff', staffId],
    message: `Many wrong codes of the second factor were entered with the token of ${name}. Ask ${name}; if it was somebody else, end the token.`,
    command: `laku auth staff revoke ${name} --tokens-only`,
  })
}

export function staffOf(actor: Actor): Extract<Actor, { kind: 'staff' }> {
  if (actor.kind !== 'staff') throw kernelErrors.forbidden({ needs: ['a staff token'] })
  return actor
}
