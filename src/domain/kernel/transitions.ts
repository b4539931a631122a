import { type RawBuilder, sql } from 'kysely'
import { kernelErrors } from './kernel-errors.ts'
import type { DB } from './schema.ts'

/**
 * The transitions of a kind of object: each state, with the list of states to which the object may move from
 * it. A final state has an empty list.
 */
export type Transitions<S extends string> = { readonly [from in S]: readonly S[] }

/**
 * A state machine: a table's transitions, and the column that holds the state. Every write of that column
 * goes through `moveState`.
 */
export interface Machine<S extends string, T extends keyof DB = keyof DB> {
  /** The kind of object whose state this is, as errors and the documentation name it: `purchase order`. */
  readonly name: string
  readonly table: T
  readonly column: string
  readonly transitions: Transitions<S>
}

/**
 * Declares the state machine of a table's rows. The state is in the column `status` unless another is given.
 */
export function machineOf<S extends string, T extends keyof DB>(
  name: string,
  table: T,
  transitions: Transitions<S>,
  column = 'status',
): Machine<S, T> {
  return { name, table, column, transitions }
}

/** Returns every state of a state machine, in the order of its transitions. */
export function statesOf<S extends string>(table: Transitions<S>): readonly [S, ...S[]] {
  return Object.keys(table) as [S, ...S[]]
}

/**
 * Returns the states from which an object may move to the state `to`.
 */
export function statesBefore<S extends string>(table: Transitions<S>, to: S): S[] {
  return statesOf(table).filter((from) => table[from].includes(to))
}

/** Returns the states that are not final: an object in one of them can still move to another state. */
export function openStates<S extends string>(table: Transitions<S>): S[] {
  return statesOf(table).filter((state) => table[state].length > 0)
}

/** Returns the final states: an object in one of them never moves to another state. */
export function finalStates<S extends string>(table: Transitions<S>): S[] {
  return statesOf(table).filter((state) => table[state].length === 0)
}

/**
 * Throws an error of the kind conflict if an object may not move to this state; the error lists the states to
 * which it may move.
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
 * Returns states as a list for SQL, such as `('open', 'requested')`. They are literals, not parameters, so
 * that the planner can use a partial index on these states.
 */
export const inSql = (states: readonly string[]): RawBuilder<unknown> =>
  sql`(${sql.join(states.map((state) => sql.lit(state)))})`
