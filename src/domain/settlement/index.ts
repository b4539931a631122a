import './events.ts'

export { adoptSettlement } from './adopt-settlement.ts'
export { type Approval, approveSettlement } from './approve-settlement.ts'
export { bankCsv } from './bank-csv.ts'
export { settlementChecks } from './checks.ts'
export { settlementErrors } from './errors.ts'
export type { SettlementNews } from './events.ts'
export { type Claimed, claimForBank, type LeftOut } from './export-settlements.ts'
export {
  confirmSettlements,
  failSettlements,
  reverseSettlements,
  reviveSettlements,
  stopRetries,
  submitSettlements,
} from './follow-payouts.ts'
export { gatherLines } from './gather-lines.ts'
export { holdSettlement } from './hold-settlement.ts'
export { holdSuspended } from './hold-suspended.ts'
export { paySettlement, retrySettlement } from './pay-settlement.ts'
export { previewSettlements, type SettlementQuery } from './preview-settlements.ts'
export {
  getSettlement,
  listSettlements,
  type SettlementDetail,
  type SettlementFilter,
  type SettlementLine,
  type StoredSettlement,
  showSettlement,
} from './read-settlements.ts'
export { releaseSettlement } from './release-settlement.ts'
export { retriesDue, retryFailed } from './retry-failed.ts'
export { calculateSettlements, type FactoryOutcome, runSettlements } from './run-settlements.ts'
export {
  type StatementContext,
  type StatementMailer,
  sendStatements,
  statementsDue,
} from './send-statements.ts'
export { type Statement, statementOf } from './statement.ts'
export { statementPdf } from './statement-pdf.ts'
export { type SettlementStatus, settlementTransitions } from './transitions.ts'
export { reportOf, type SettlementReport, type SettlementView } from './views.ts'
export { voidSettlement } from './void-settlement.ts'
export { type DebtWrittenOff, writeOffDebt } from './write-off-debt.ts'
