import { type RawBuilder, sql } from 'kysely'
import { kernelErrors } from './kernel-errors.ts'
import type { DB } from './schema.ts'

/**
 * A state machine as one table: from each state, the states it may go to. A state that ends has an empty
 * list.
 */
export type Transitions<S extends string> = { readonly [from in S]: readonly S[] }

/**
 * A state machine and the column that keeps its state. Every write of that column goes through `moveState`.
 */
export interface Machine<S extends string, T extends keyof DB = keyof DB> {
  /** The thing that has the state, as errors and pages name it: `purchase order`. */
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

/** Every state of a machine, in the order of its table. */
export function statesOf<S extends string>(table: Transitions<S>): readonly [S, ...S[]] {
  return Object.keys(table) as [S, ...S[]]
}

/** The states from which `to` may be reached: the `where status in (…)` of a compare-and-set. */
export function statesBefore<S extends string>(table: Transitions<S>, to: S): S[] {
  return statesOf(table).filter((from) => table[from].includes(to))
}

/** The states from which a move leads out. */
export function openStates<S extends string>(table: Transitions<S>): S[] {
  return statesOf(table).filter((state) => table[state].length > 0)
}

/** The states that end. */
export function finalStates<S extends string>(table: Transitions<S>): S[] {
  return statesOf(table).filter((state) => table[state].length === 0)
}

/**
 * Refuses an illegal move with a conflict that lists the legal moves; it never does nothing silently.
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

/** `('open', 'requested')` for a text of SQL: written out, so that an index on just these states answers. */
export const inSql = (states: readonly string[]): RawBuilder<unknown> =>
  sql`(${sql.join(states.map((state) => sql.lit(state)))})`
