import './events.ts'

export { adoptPayout, mayHaveLeft } from './adopt-payout.ts'
export { claimBankReference, normalReference } from './bank-batches/claim-reference.ts'
export {
  addTransfer,
  makeBatch,
  type NewTransfer,
} from './bank-batches/make-batch.ts'
export {
  type BankTransfer,
  type BatchDetail,
  type BatchLine,
  type BatchView,
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
export { type ChannelFit, channelFit, requireFit } from './channel-limits.ts'
export { payoutChecks } from './checks.ts'
export type { PayoutContext } from './context.ts'
export { createPayout, type NewPayout } from './create-payout.ts'
export { declareDead, keepPayout } from './declare-dead.ts'
export { payoutErrors } from './errors.ts'
export type { PayoutEventPayload, PayoutPurpose } from './events.ts'
export type {
  GatewayChannel,
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
  type PayoutFilter,
  type PayoutView,
  payoutsOf,
  showPayout,
} from './read-payouts.ts'
export { dropUnsent, setPayoutAside } from './revive-payout.ts'
export { settlePayouts } from './settle-payouts.ts'
export { payoutsDue, submitPayouts, sweepPayouts } from './submit-payouts.ts'
export {
  type BankBatchStatus,
  bankBatchTransitions,
  type PayoutStatus,
  payoutTransitions,
} from './transitions.ts'
