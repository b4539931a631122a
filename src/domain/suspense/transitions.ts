import { machineOf, type Transitions } from '../kernel/index.ts'

export type SuspenseStatus =
  | 'open'
  | 'requested'
  | 'cleared'
  | 'offset'
  | 'wallet'
  | 'collected'
  | 'written_off'
  | 'reassigned'

/**
 * The state changes of a suspense item. `requested`: staff chose a destination for the money, and a second
 * approver must agree. `cleared`: the opposite amount moved too, so nothing is left to assign. All states
 * except `open` and `requested` are final.
 */
export const suspenseTransitions: Transitions<SuspenseStatus> = {
  open: ['requested', 'cleared', 'offset', 'wallet', 'collected', 'written_off', 'reassigned'],
  requested: ['open', 'cleared', 'offset', 'wallet', 'collected', 'written_off', 'reassigned'],
  cleared: [],
  offset: [],
  wallet: [],
  collected: [],
  written_off: [],
  reassigned: [],
}

export const suspenseMachine = machineOf('suspense', 'suspenseItems', suspenseTransitions)

/** The destinations that a person may choose for a suspense item's money. */
export const disposals = ['offset', 'wallet', 'collected', 'written_off', 'reassigned'] as const
export type Disposal = (typeof disposals)[number]
