import './events.ts'

export {
  BATCH_CANCELLED,
  type BankWord,
  cancelBatch,
  confirmBatch,
  handOutBatch,
} from './bank-batches/advance-batch.ts'
export {
  type Candidate,
  type Claimed,
  claimLine,
  dropEmptyBatch,
  type LeftOut,
} from './bank-batches/claim-line.ts'
export {
  claimBankReference,
  freeBankReference,
  holderOfReference,
  lockReference,
} from './bank-batches/claim-reference.ts'
export { type CorrectedReference, correctReference } from './bank-batches/correct-reference.ts'
export { returnedByWord } from './bank-batches/count-returned.ts'
export {
  completeBankFiles,
  doubtBankFiles,
  markHandedOut,
  requireMissingFile,
  requireNoLostTransfer,
} from './bank-batches/lost-files.ts'
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
export { payoutChecks } from './checks.ts'
export type { PayoutEventPayload } from './events.ts'
export type {
  GatewayPayout,
  GatewayPayoutStatus,
  NewGatewayPayout,
  PayoutGateway,
} from './gateway.ts'
export { applyPayoutAnswers } from './outcomes/apply-answers.ts'
export { declareDead, keepPayout } from './outcomes/declare-dead.ts'
export { followOpenPayouts } from './outcomes/follow-open.ts'
export { askAboutStuckPayout, giveUpPayout } from './outcomes/give-up.ts'
export { type PayoutInbox, type PayoutNotice, processPayoutNotices } from './outcomes/process-notices.ts'
export { dropUnsent, setPayoutAside } from './outcomes/revive.ts'
export { adoptPayout, mayHaveLeft } from './payouts/adopt.ts'
export { createPayout, type NewPayout } from './payouts/create.ts'
export { accountOfMoney } from './payouts/destination.ts'
export { holdPayouts, releasePayouts } from './payouts/hold.ts'
export { requireNoneMoves } from './payouts/older-moves.ts'
export {
  listPayouts,
  mayBePaid,
  type PayoutView,
  payoutsOf,
} from './payouts/read.ts'
export { movingStates, payAgainAfterS, TAKEN_BACK, UNSETTLED } from './rules.ts'
export { channelFit, requireFit } from './submission/channel-limits.ts'
export { fitByAge, type Outgoing, payoutsWaiting } from './submission/plan-by-balance.ts'
export { readChannels } from './submission/read-channels.ts'
export { payoutsDue, submitPayouts, sweepPayouts } from './submission/submit.ts'
export {
  bankBatchTransitions,
  executedPayoutStates,
  failedPayoutStates,
  livePayoutStates,
  type PayoutStatus,
  payoutTransitions,
  pendingPayoutStates,
  sentPayoutStates,
} from './transitions.ts'
