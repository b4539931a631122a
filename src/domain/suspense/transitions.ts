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
 * The state changes of a suspense item. Each disposal ends the item. `requested`: the disposal waits for a
 * second approver. `cleared`: money of the opposite amount moved, and nothing is left.
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

/** The disposals that a person may choose for a suspense item. */
export const disposals = ['offset', 'wallet', 'collected', 'written_off', 'reassigned'] as const
export type Disposal = (typeof disposals)[number]
