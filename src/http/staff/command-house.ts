import type { CommandRequest, RunEvent } from '../../cli/client/protocol.ts'
import type { Actor } from '../../domain/kernel/index.ts'
import type { Laku } from '../../runtime/laku.ts'

/** A staff command that is to be run, with the staff member who sent it. */
export interface Execution {
  laku: Laku
  /** The id of this run of the command in the database, and the number of the attempt. */
  run: { id: string; attempt: number }
  actor: Actor
  /**
   * The token of the staff member as text. The actor's proof contains it too, but only plain text can be
   * passed to another thread.
   */
  token?: string | undefined
  request: CommandRequest
  /**
   * The second-factor code that the staff member sent with the command (`x-second-factor`). It is never
   * stored. It is no part of the command's digest, so the command may be repeated with a new code.
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
   * Finds a command by its name; undefined if no such command exists. `reads`: the command changes nothing.
   * `shownOnce`: the command's output must not be stored. `inputs`: the names of its arguments and options in
   * a request.
   */
  find(
    path: readonly string[],
  ): Promise<{ reads: boolean; shownOnce?: boolean; inputs: ReadonlySet<string> } | undefined>
  /**
   * Runs a command to its end and returns its exit code. Returns `asked` if the command first needs an answer
   * from the staff member; then it has changed nothing.
   */
  run(execution: Execution): Promise<number | 'asked'>
}
