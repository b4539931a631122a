import { CliError, exitCodes } from '../errors/cli-error.ts'
import { StaffServerUnreachable } from './staff-server.ts'
import type { WaitingTime } from './surroundings.ts'

/** The time for which a live view waits for a server that does not answer, as one that restarts (ms). */
const AWAY_MS = 60_000
const PAUSE_MS = 500

/**
 * Returns a function that draws a live view, and keeps the last picture while the server is away, with a
 * line that says so. Throws the server's failure after a minute without a picture, and every failure of
 * another kind at once. The first picture is waited for only if the server got the request and ended before
 * its answer. `deadline` is the end of the time that the person gave with --wait.
 */
export function retriedDraw(
  draw: () => Promise<string>,
  { nowMs, sleep }: WaitingTime,
  deadline = 0,
): () => Promise<string> {
  let last: string | undefined
  let awaySince: number | undefined
  let hasBegun = false
  return async () => {
    for (;;) {
      try {
        last = await draw()
        awaySince = undefined
        return last
      } catch (error) {
        if (!isAway(error)) throw error
        hasBegun ||= last !== undefined || isCutOff(error)
        awaySince ??= nowMs()
        if (nowMs() > Math.max(deadline, hasBegun ? awaySince + AWAY_MS : 0)) throw error
        if (last !== undefined) return `${last}\n\n${whyOf(error)}; trying again`
        await sleep(PAUSE_MS)
      }
    }
  }
}

/** Whether the server, or what it needs, cannot be reached now. A restart ends such a failure. */
const isAway = (error: unknown): error is CliError =>
  error instanceof CliError && error.exitCode === exitCodes.unavailable

/** Whether the server got the whole request, and ended before it had answered. */
const isCutOff = (error: CliError) =>
  error.code === 'cli.interrupted' || (error instanceof StaffServerUnreachable && error.sent === 'whole')

const whyOf = (error: CliError) => (error instanceof StaffServerUnreachable ? error.why : error.message)
