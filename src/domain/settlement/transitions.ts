import { machineOf, type Transitions } from '../kernel/index.ts'

export type SettlementStatus =
  | 'calculated'
  | 'approved'
  | 'submitted'
  | 'paid'
  | 'failed'
  | 'reversed'
  | 'on_hold'
  | 'void'

/** A bank may send back what was paid; then, as after a failure, it is approved again and paid by a new payout. */
export const settlementTransitions: Transitions<SettlementStatus> = {
  calculated: ['approved', 'on_hold', 'void'],
  approved: ['submitted', 'on_hold'],
  submitted: ['paid', 'failed', 'reversed'],
  paid: ['reversed'],
  failed: ['approved'],
  reversed: ['approved'],
  on_hold: ['calculated'],
  void: [],
}

export const settlementMachine = machineOf('settlement', 'settlements', settlementTransitions)
