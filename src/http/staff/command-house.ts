import type { Readable } from 'node:stream'
import type { CommandRequest, RunEvent } from '../../cli/client/protocol.ts'
import type { Actor, Work } from '../../domain/kernel/index.ts'
import type { Laku } from '../../runtime/laku.ts'

/** A command to run, and the staff member for whom it runs. */
export interface Execution {
  laku: Laku
  actor: Actor
  request: CommandRequest
  /** The code of their second factor that came along (`x-second-factor`): of no digest, and kept nowhere. */
  code?: string | undefined
  emit: (event: RunEvent) => void
  /** Resolves when there is room for more output. */
  ready: () => Promise<void>
  /** Aborted when somebody stops the command. */
  signal: AbortSignal
  /** The file that came with the command. */
  readFile: () => Readable
  /** Stores the command's final output, in the transaction of its change. */
  keep: (work: Work, end: RunEvent[]) => Promise<void>
}

/** The commands behind the staff server, which live in a front of their own. */
export interface CommandHouse {
  /**
   * Finds a command: whether it exists, whether it only reads, and whether its output must not be stored.
   */
  find(path: readonly string[]): Promise<{ reads: boolean; shownOnce?: boolean } | undefined>
  /**
   * Runs a command to its end. Returns its exit code, or `asked` where it asked a question and did nothing.
   */
  run(execution: Execution): Promise<number | 'asked'>
}
