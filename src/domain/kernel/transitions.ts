import { type RawBuilder, sql } from 'kysely'
import { kernelErrors } from './kernel-errors.ts'
import type { DB } from './schema.ts'

/**
 * A state machine as one table: each state has the list of the states that it may move to. A final state has
 * an empty list.
 */
export type Transitions<S extends string> = { readonly [from in S]: readonly S[] }

/**
 * A state machine and the column that keeps its state. Every write of that column goes through `moveState`.
 */
export interface Machine<S extends string, T extends keyof DB = keyof DB> {
  /** The kind of object that has the state, as errors and pages name it: `purchase order`. */
  readonly name: string
  readonly table: T
  readonly column: string
  readonly transitions: Transitions<S>
}

/** Declares a machine whose state is in a column of `table`, by default in `status`. */
export function machineOf<S extends string, T extends keyof DB>(
  name: string,
  table: T,
  transitions: Transitions<S>,
  column = 'status',
): Machine<S, T> {
  return { name, table, column, transitions }
}

/** Returns every state of a machine, in the order of its table. */
export function statesOf<S extends string>(table: Transitions<S>): readonly [S, ...S[]] {
  return Object.keys(table) as [S, ...S[]]
}

/** Returns the states from which `to` may be reached: the `where status in (…)` of a compare-and-set. */
export function statesBefore<S extends string>(table: Transitions<S>, to: S): S[] {
  return statesOf(table).filter((from) => table[from].includes(to))
}

/** Returns the states that an object can still leave. */
export function openStates<S extends string>(table: Transitions<S>): S[] {
  return statesOf(table).filter((state) => table[state].length > 0)
}

/** Returns the final states, which no move leaves. */
export function finalStates<S extends string>(table: Transitions<S>): S[] {
  return statesOf(table).filter((state) => table[state].length === 0)
}

/**
 * Refuses an illegal move with a conflict that lists the legal moves; an illegal move is never ignored
 * silently.
 * @throws kernel.illegal_transition
 */
export function requireTransition<S extends string>(
  table: Transitions<S>,
  from: S,
  to: S,
  subject: string,
): void {
  if (table[from].includes(to)) return
  throw kernelErrors.illegal_transition({ subject, from, to, allowed: table[from] })
}

/**
 * Returns states as a list for SQL, such as `('open', 'requested')`. The states are written out, so that the
 * planner can use an index on just these states.
 */
export const inSql = (states: readonly string[]): RawBuilder<unknown> =>
  sql`(${sql.join(states.map((state) => sql.lit(state)))})`
