import type { CommandRequest, RunEvent } from '../../cli/client/protocol.ts'
import type { Actor } from '../../domain/kernel/index.ts'
import type { Laku } from '../../runtime/laku.ts'

/** A staff command that is to be run, with the staff member who sent it. */
export interface Execution {
  laku: Laku
  /** The run's id in the database, and the number of this attempt to run the command. */
  run: { id: string; attempt: number }
  actor: Actor
  /**
   * The token of the staff member. The actor's proof holds the token too, but the proof cannot be passed to
   * another thread. This text can.
   */
  token?: string | undefined
  request: CommandRequest
  /**
   * The second-factor code that the staff member sent with the command (`x-second-factor`). It is not part of
   * the command's digest, and is not stored.
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
   * Finds a command by its name; undefined if no such command exists. `reads` means that the command changes
   * nothing. `shownOnce` means that the command's output must not be stored.
   */
  find(path: readonly string[]): Promise<{ reads: boolean; shownOnce?: boolean } | undefined>
  /**
   * Runs a command to its end. Returns its exit code, or `asked` if the command needs an answer first and
   * changed nothing.
   */
  run(execution: Execution): Promise<number | 'asked'>
}
