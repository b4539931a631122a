export {
  type Actor,
  actorLabel,
  personOf,
  requireCustomer,
  requireReason,
  requireStaff,
  type StaffRole,
  staffRoles,
} from './actor.ts'
export {
  type AttentionFilter,
  type AttentionView,
  listAttention,
  resolveAttention,
  settleAttention,
  showAttention,
} from './attention.ts'
export { type AttentionKind, attentionKinds } from './attention-kinds.ts'
export {
  type BankAccount,
  channelName,
  describedFor,
  maskedAccount,
  type PayoutChannel,
  payoutChannels,
  requireBankAccount,
} from './bank-account.ts'
export { type Check, type CheckResult, checkOf, runChecks } from './check.ts'
export { type Clock, jakartaDate, ManualClock, secondsAfter, systemClock } from './clock.ts'
export { ConfirmedFactor } from './confirmed-factor.ts'
export { translateDatabaseError } from './database-errors.ts'
export {
  type DatabaseDoubt,
  databaseDoubt,
  databaseIsKnown,
  doubtDatabase,
  doubtMoved,
  raiseDoubt,
  recordDatabaseIdentity,
  recordFirstPlace,
  requireKnownDatabase,
} from './database-identity.ts'
export {
  DomainError,
  defineErrors,
  type ErrorDefinition,
  type ErrorKind,
  errorCatalogue,
  type Refusal,
} from './errors.ts'
export type { DomainEvent, EventOf, EventPayloads, EventType, NewEvent } from './events.ts'
export type { Choreography, Followers, JobName, JobPayloads, JobRule, NewJob, Reaction } from './followers.ts'
export {
  claimKeys,
  findAnswers,
  forgetKeys,
  type IdempotencyKey,
  requestHash,
  type StoredAnswer,
  storeAnswers,
} from './idempotency.ts'
export { identityOf } from './identity.ts'
export { type CodePrefix, idOrCode, newCode, newId } from './ids.ts'
export {
  installationId,
  originOf,
  type ReferenceOrigin,
  readInstallationId,
  referenceOf,
} from './installation.ts'
export { kernelErrors } from './kernel-errors.ts'
export {
  allowOverLimit,
  type Budget,
  type Clearance,
  countUnlessCounted,
  countUse,
  isOverLimit,
  type LimitedKind,
  type LimitUse,
  type LimitView,
  limitedKinds,
  listLimits,
  takeLimit,
  undoUse,
} from './limits.ts'
export { basisPoints, formatIdr, formatNumber, proportion, type Rupiah, rupiah, sumIdr } from './money.ts'
export { type Move, moveState, moveStatement, stateIf } from './move-state.ts'
export { type Network, networkOf } from './network.ts'
export { prunePaces, type TakenTurns, type Turn, takeTurns, turnInS } from './paces.ts'
export { type Paged, pageOf } from './pages.ts'
export {
  type ChannelView,
  channelsOf,
  listChannels,
  noteChannels,
  requirePayableAccount,
  type ToldChannel,
} from './payout-channels.ts'
export { defaultPolicy, type Policy, policySchema } from './policy.ts'
export { callAsHolder, callProven, type Proven } from './proven.ts'
export { ProviderFailure, type ProviderOutcome } from './provider-failure.ts'
export { holdCalls, type Pace, type TakenCalls, takeCalls } from './provider-pace.ts'
export {
  type CallLease,
  leaseUntil,
  type ProviderAsk,
  type ProviderProof,
  proofOf,
} from './provider-proof.ts'
export { pruneKeys } from './prune-keys.ts'
export { type AuditFilter, type AuditRow, listAudit, showAudit } from './read-audit.ts'
export { retryAt } from './retry.ts'
export { asRecords, insertRows } from './rows.ts'
export type { DB } from './schema.ts'
export { keyIdsOfAnswer, openAnswer, sealAnswer } from './sealed-answers.ts'
export { allOrEach, errorText, inOneOrEach, type PutOff, setAside } from './set-aside.ts'
export { StaffProof } from './staff-proof.ts'
export {
  isPaused,
  listSwitches,
  requireRunning,
  type SwitchName,
  type SwitchView,
  setSwitch,
  switchNames,
} from './switches.ts'
export {
  finalStates,
  inSql,
  type Machine,
  machineOf,
  openStates,
  requireTransition,
  statesBefore,
  statesOf,
  type Transitions,
} from './transitions.ts'
export { isSecondPerson, requireOwnFactor, requireSecondPerson } from './two-people.ts'
export {
  type DryOutcome,
  type DryUse,
  type RunOptions,
  UnitOfWork,
  type UnitOfWorkOptions,
  type WorkReport,
} from './unit-of-work.ts'
export { Vault } from './vault.ts'
export { type FromWire, fromWire, toWire } from './wire.ts'
export type { AttentionItem, AuditEntry, PostedTransaction, Tx, Work } from './work.ts'
