import type { RunEvent } from '../../cli/client/protocol.ts'
import type { Execution } from '../../http/staff/command-house.ts'

/** The server's environment and flags. The worker thread makes the same configuration from them. */
export interface ThreadSettings {
  env: Record<string, string | undefined>
  flags: Record<string, string | undefined>
}

/**
 * The message by which the server makes the thread run a command. It lacks those fields of `Execution` that
 * cannot be sent to a thread, such as functions and the server's `laku`.
 */
export type Order = Omit<Execution, 'laku' | 'emit' | 'ready' | 'signal'>

/**
 * A message from the server to the thread. `stop` and `more` contain the id of a run. `stop` ends the run's
 * command; `more` allows the command to write more output. `open` makes the thread load what a command
 * needs, before there is a command.
 */
export type ToThread =
  | { order: Order }
  | { stop: string }
  | { more: string }
  | { open: true }
  | { close: true }

/**
 * A message from the thread to the server; `id` is the id of a run. An `error` is a fault of laku, and not an
 * outcome of the command.
 */
export type FromThread =
  | { id: string; event: RunEvent }
  | { id: string; isReady: true }
  | { id: string; outcome: number | 'asked' }
  | { id: string; error: unknown }
