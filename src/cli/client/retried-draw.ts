import { StaffServerUnreachable } from './staff-server.ts'

/** The time for which a live view waits for a server that does not answer, as one that restarts (ms). */
const AWAY_MS = 60_000

/**
 * Returns a function that draws a live view, and keeps the last picture while the server does not
 * answer, with a line that says so. Throws the server's failure after a minute without an answer, and every
 * other failure at once.
 */
export function retriedDraw(
  draw: () => Promise<string>,
  nowMs = () => performance.now(),
): () => Promise<string> {
  let last = ''
  let awaySince: number | undefined
  return async () => {
    try {
      last = await draw()
      awaySince = undefined
      return last
    } catch (error) {
      if (!(error instanceof StaffServerUnreachable) || last === '') throw error
      awaySince ??= nowMs()
      if (nowMs() - awaySince > AWAY_MS) throw error
      return `${last}\n\n${error.why}; trying again`
    }
  }
}
