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
 * The state changes of a settlement. If its payout failed or the bank sent the money back, the settlement is
 * approved again and paid by a new payout. If the old payout arrived after all, the settlement is paid by it.
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
