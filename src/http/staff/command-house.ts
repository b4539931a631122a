import type { Readable } from 'node:stream'
import type { CommandRequest, RunEvent } from '../../cli/client/protocol.ts'
import type { Actor, Work } from '../../domain/kernel/index.ts'
import type { Laku } from '../../runtime/laku.ts'

/** One command that is to run, for somebody. */
export interface Execution {
  laku: Laku
  actor: Actor
  request: CommandRequest
  /** The code of their second factor that came along (`x-second-factor`): of no digest, and kept nowhere. */
  code?: string | undefined
  emit: (event: RunEvent) => void
  /** Resolves when there is room for more of what is said. */
  ready: () => Promise<void>
  /** Aborted where somebody stopped the work. */
  signal: AbortSignal
  /** The file that came with the command. */
  readFile: () => Readable
  /** Keeps what the command says at its end, in the transaction of its change. */
  keep: (work: Work, end: RunEvent[]) => Promise<void>
}

/** The commands behind the staff server, which live in a front of their own. */
export interface CommandHouse {
  /**
   * Whether there is such a command here, whether it only reads, and whether what it says is kept nowhere.
   */
  find(path: readonly string[]): Promise<{ reads: boolean; shownOnce?: boolean } | undefined>
  /**
   * Runs a command to its end. Returns its exit code, or `asked` where it asked a question and did nothing.
   */
  run(execution: Execution): Promise<number | 'asked'>
}
