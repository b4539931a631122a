import type { RunEvent } from '../../cli/client/protocol.ts'
import type { Execution } from '../../http/staff/command-house.ts'

/** The server's environment and flags, from which the thread makes the same configuration. */
export interface ThreadSettings {
  env: Record<string, string | undefined>
  flags: Record<string, string | undefined>
}

/** A command that the server orders from the thread: an execution without its functions. */
export type Order = Omit<Execution, 'laku' | 'emit' | 'ready' | 'signal'>

/**
 * A message to the thread. `id` is the run's. `more` answers `isReady`: the command may write more output.
 */
export type ToThread = { order: Order } | { stop: string } | { more: string } | { close: true }

/** A message of the thread. An `error` is a fault of laku, and no outcome of the command. */
export type FromThread =
  | { id: string; event: RunEvent }
  | { id: string; isReady: true }
  | { id: string; outcome: number | 'asked' }
  | { id: string; error: unknown }
