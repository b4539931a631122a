import { isatty } from 'node:tty'
import { hasTerminal } from '../../runtime/hang-up.ts'
import type { Stream } from '../output/output.ts'
import type { Prompts } from '../prompts/prompts.ts'

/** The clock and the sleep function by which a client waits. */
export interface WaitingTime {
  nowMs(): number
  sleep(ms: number): Promise<unknown>
}

/** The surroundings of a client: environment, streams and the like. Tests pass their own. */
export interface Surroundings {
  env: Readonly<Record<string, string | undefined>>
  stdout: Stream
  stderr: Stream
  /** The means of asking the person; undefined if nobody can be asked. */
  prompts: Prompts | undefined
  exitWith: (code: number) => void
  /** The clock by which the client waits; the real time by default. */
  time?: WaitingTime
  /**
   * Ends the client after Ctrl-C or a closed terminal; by default, this process sends the signal to itself.
   */
  endBySignal?: (signal: NodeJS.Signals) => void
  /** True if SIGHUP is no reason to end, because the client belongs to no terminal. */
  outlivesHangUp?: boolean
}

/** Returns the surroundings of this process. */
export function ownSurroundings(): Surroundings {
  return {
    env: process.env,
    // Each stream is created at its first use: stdin alone costs 7 ms of processor time.
    get stdout() {
      return process.stdout
    },
    get stderr() {
      return process.stderr
    },
    prompts: isatty(0) && isatty(2) ? lazyPrompts : undefined,
    exitWith: (code) => {
      process.exitCode = code
    },
    outlivesHangUp: !hasTerminal(),
  }
}

const terminal = async () => (await import('../prompts/prompts.ts')).terminalPrompts

/** Prompts whose code is loaded with the first question, because most commands ask nothing. */
const lazyPrompts: Prompts = {
  text: async (message) => await (await terminal()).text(message),
  secret: async (message) => await (await terminal()).secret(message),
  choose: async (message, choices) => await (await terminal()).choose(message, choices),
}
