import './events.ts'

export { adoptPayout, mayHaveLeft } from './adopt-payout.ts'
export {
  type Candidate,
  type Claimed,
  claimLine,
  dropEmptyBatch,
  type LeftOut,
} from './bank-batches/claim-line.ts'
export { claimBankReference, freeBankReference, holderOfReference } from './bank-batches/claim-reference.ts'
export { type CorrectedReference, correctReference } from './bank-batches/correct-reference.ts'
export {
  addTransfer,
  adoptBatch,
  makeBatch,
} from './bank-batches/make-batch.ts'
export {
  type BankTransfer,
  type BatchDetail,
  listBatches,
  showBatch,
} from './bank-batches/read-batches.ts'
export { remindBatches, remindersDue } from './bank-batches/remind-batches.ts'
export {
  BATCH_CANCELLED,
  type BankWord,
  cancelBatch,
  confirmBatch,
  handOutBatch,
} from './bank-batches/settle-batch.ts'
export { channelFit, requireFit } from './channel-limits.ts'
export { payoutChecks } from './checks.ts'
export { createPayout, type NewPayout } from './create-payout.ts'
export { declareDead, keepPayout } from './declare-dead.ts'
export type { PayoutEventPayload } from './events.ts'
export { followOpenPayouts } from './follow-open-payouts.ts'
export type {
  GatewayPayout,
  GatewayPayoutStatus,
  NewGatewayPayout,
  PayoutGateway,
} from './gateway.ts'
export { holdPayouts, releasePayouts } from './hold-payouts.ts'
export { requireNoneMoves } from './older-moves.ts'
export { fitByAge, type Outgoing, payoutsWaiting } from './plan-by-balance.ts'
export { type PayoutInbox, type PayoutNotice, processPayoutNotices } from './process-payout-notices.ts'
export { readChannels } from './read-channels.ts'
export {
  listPayouts,
  mayBePaid,
  type PayoutView,
  payoutsOf,
} from './read-payouts.ts'
export { dropUnsent, setPayoutAside } from './revive-payout.ts'
export { UNSETTLED } from './rules.ts'
export { settlePayouts } from './settle-payouts.ts'
export { payoutsDue, submitPayouts, sweepPayouts } from './submit-payouts.ts'
export {
  bankBatchTransitions,
  type PayoutStatus,
  payoutTransitions,
} from './transitions.ts'
