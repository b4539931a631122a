import { sql } from 'kysely'
import { secondsAfter } from '../clock.ts'
import { kernelErrors } from '../kernel-errors.ts'
import { callProven } from '../proofs/proven.ts'
import type { Work } from '../work.ts'

/**
 * Moves the clock of every process on this database into the future by this many seconds, for an
 * administrator. Returns the new time.
 * @throws kernel.forbidden, kernel.clock_is_real
 */
export async function shiftClock(work: Work, seconds: number): Promise<Date> {
  const shiftS = await callProven<number>(
    work,
    ({ token, reason, requestId }) =>
      sql`select clock_shift(${token}, ${seconds}::bigint, ${reason}, ${requestId}) as result`,
    { 'kernel.clock_is_real': () => kernelErrors.clock_is_real() },
  )
  const [before, after] = [{ shiftS: shiftS - seconds }, { shiftS }]
  work.audited({ command: 'db shift-clock', subject: ['clock', 'clock'], before, after })
  return secondsAfter(work.now, seconds)
}
