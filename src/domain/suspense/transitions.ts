import { machineOf, type Transitions } from '../kernel/index.ts'

export type SuspenseStatus =
  | 'open'
  | 'requested'
  | 'cleared'
  | 'split'
  | 'offset'
  | 'wallet'
  | 'collected'
  | 'written_off'
  | 'reassigned'

/**
 * The state changes of a suspense item. `requested`: staff chose a destination for the money, and a second
 * approver must agree. `cleared`: the opposite amount moved too, so nothing is left to assign. `split`: two
 * items of its code have its money now. A person may take back where the money was assigned: then it is open
 * again.
 */
export const suspenseTransitions: Transitions<SuspenseStatus> = {
  open: ['requested', 'cleared', 'split', 'offset', 'wallet', 'collected', 'written_off', 'reassigned'],
  requested: ['open', 'cleared', 'offset', 'wallet', 'collected', 'written_off', 'reassigned'],
  cleared: [],
  split: [],
  offset: ['open'],
  wallet: ['open'],
  collected: ['open'],
  written_off: ['open'],
  reassigned: ['open'],
}

/** The states in which the money of an item is still in the suspense account. */
export const waitingSuspenseStates: readonly SuspenseStatus[] = ['open', 'requested']

export const suspenseMachine = machineOf('suspense', 'suspenseItems', suspenseTransitions)

/** The destinations that a person may choose for a suspense item's money. */
export const disposals = ['offset', 'wallet', 'collected', 'written_off', 'reassigned'] as const
export type Disposal = (typeof disposals)[number]
