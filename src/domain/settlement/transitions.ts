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
 * approved again and paid by a new payout. If the old payout arrived after all, the settlement is paid, and
 * no new payout is needed.
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

/** The states of a settlement whose payout is under way, or arrived. */
export const sentSettlementStates: readonly SettlementStatus[] = ['submitted', 'paid']

/** The states of a settlement whose payout failed or came back. */
export const failedSettlementStates: readonly SettlementStatus[] = ['failed', 'reversed']

/** The states of a settlement that was sent to the provider or the bank at least once. */
export const onceSentSettlementStates: readonly SettlementStatus[] = [
  ...sentSettlementStates,
  ...failedSettlementStates,
]

/** The states of a settlement that was approved, and that no payout has paid. */
export const unpaidSettlementStates: readonly SettlementStatus[] = ['approved', ...failedSettlementStates]

/** The states of a settlement that may have a payout which is not sent yet. */
export const payingSettlementStates: readonly SettlementStatus[] = ['approved', 'submitted']

/** The states of a settlement whose sum is no part of laku's debt to the factory any more. */
export const dischargedSettlementStates: readonly SettlementStatus[] = [...sentSettlementStates, 'void']
