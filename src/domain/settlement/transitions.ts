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

/**
 * A bank may send back what was paid; then, as after a failure, it is approved again and paid by a new
 * payout. Where the provider contradicts itself and the old one arrived after all, it is paid.
 */
export const settlementTransitions: Transitions<SettlementStatus> = {
  calculated: ['approved', 'on_hold', 'void'],
  approved: ['submitted', 'on_hold', 'paid'],
  submitted: ['paid', 'failed', 'reversed'],
  paid: ['reversed'],
  failed: ['approved', 'paid'],
  reversed: ['approved', 'paid'],
  on_hold: ['calculated'],
  void: [],
}

export const settlementMachine = machineOf('settlement', 'settlements', settlementTransitions)
