import { kernelErrors } from './kernel-errors.ts'

/** A state machine as one table: from each state, the states it may go to. A state that ends has an empty list. */
export type Transitions<S extends string> = { readonly [from in S]: readonly S[] }

/** The states from which `to` may be reached: the `where status in (…)` of a compare-and-set. */
export function statesBefore<S extends string>(table: Transitions<S>, to: S): S[] {
  return (Object.keys(table) as S[]).filter((from) => table[from].includes(to))
}

/**
 * An illegal move is a conflict that says what would have been legal, never a silent no-op.
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
