import './events.ts'

export { adoptSettlement, adoptSettlementTransfer } from './adopt-settlement.ts'
export { approveSettlement } from './approval/approve.ts'
export { holdSettlement } from './approval/hold.ts'
export { holdSuspended } from './approval/hold-suspended.ts'
export { releaseSettlement } from './approval/release.ts'
export { voidSettlement } from './approval/void.ts'
export { gatherLines } from './calculation/gather-lines.ts'
export { previewSettlements, type SettlementQuery } from './calculation/preview.ts'
export {
  calculateSettlements,
  dryRunSettlements,
  type FactoryOutcome,
  runSettlements,
} from './calculation/run.ts'
export { settlementChecks } from './checks.ts'
export {
  markSettlementsFailed,
  markSettlementsPaid,
  markSettlementsReversed,
  markSettlementsSubmitted,
  reviveSettlements,
  stopRetries,
} from './paying/apply-payout-results.ts'
export { bankCsv } from './paying/bank-csv.ts'
export { claimForBank } from './paying/export.ts'
export { paySettlement, retrySettlement } from './paying/pay.ts'
export { retriesDue, retryFailed } from './paying/retry-failed.ts'
export {
  getSettlement,
  showSettlement,
} from './read.ts'
export { statementPdf } from './statements/pdf.ts'
export {
  sendStatements,
  statementsDue,
} from './statements/send.ts'
export { statementOf } from './statements/statement.ts'
export {
  failedSettlementStates,
  type SettlementStatus,
  sentSettlementStates,
  settlementTransitions,
} from './transitions.ts'
export { reportOf, type SettlementView } from './views.ts'
export { writeOffDebt } from './write-off-debt.ts'
