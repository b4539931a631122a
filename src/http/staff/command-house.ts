import type { CommandRequest, RunEvent } from '../../cli/client/protocol.ts'
import type { Actor } from '../../domain/kernel/index.ts'
import type { Laku } from '../../runtime/laku.ts'

/** A command to run, and the staff member for whom it runs. */
export interface Execution {
  laku: Laku
  /** The row of the run, and the number of this attempt at it. */
  run: { id: string; attempt: number }
  actor: Actor
  request: CommandRequest
  /**
   * The second-factor code that the staff member sent (`x-second-factor`). It is part of no digest, and is
   * stored nowhere.
   */
  code?: string | undefined
  emit: (event: RunEvent) => void
  /** Resolves when the command may write more output. */
  ready: () => Promise<void>
  /** The signal that is aborted when somebody stops the command. */
  signal: AbortSignal
  /** The path of the file that was sent with the command, if one was. */
  filePath: string | undefined
}

/** The commands that the staff server runs; they are defined outside of src/http. */
export interface CommandHouse {
  /**
   * Finds a command: whether it exists, whether it only reads, and whether its output must not be stored.
   */
  find(path: readonly string[]): Promise<{ reads: boolean; shownOnce?: boolean } | undefined>
  /**
   * Runs a command to its end. Returns its exit code, or `asked` if the command asked a question and changed
   * nothing.
   */
  run(execution: Execution): Promise<number | 'asked'>
}
