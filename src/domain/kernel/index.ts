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
export { attempt, CALLS_AT_ONCE } from './attempt.ts'
export { type AttentionKind, attentionKinds } from './attention-kinds.ts'
export { retryAt } from './backoff.ts'
export { type Check, type CheckResult, checkOf, type Rest, runChecks } from './check.ts'
export { type Clock, jakartaDate, secondsAfter } from './clock.ts'
export { translateDatabaseError } from './database/errors.ts'
export {
  installationId,
  originOf,
  readInstallationId,
  referenceOf,
} from './database/installation.ts'
export {
  databaseDoubt,
  databaseIsKnown,
  doubtDatabase,
  doubtMoved,
  recordDatabaseIdentity,
  recordFirstPlace,
  reportDatabaseInDoubt,
  requireKnownDatabase,
} from './database/recognise-restore.ts'
export {
  DomainError,
  defineErrors,
  type ErrorDefinition,
  type ErrorKind,
  errorCatalogue,
  type Refusal,
} from './errors.ts'
export {
  type Choreography,
  type ExactJob,
  type JobName,
  type JobPayloads,
  type JobRule,
  type NewJob,
  startJob,
} from './event-reactions.ts'
export type { EventOf, EventPayloads, EventType, NewEvent } from './events.ts'
export {
  claimKeys,
  findAnswers,
  forgetKeys,
  type IdempotencyKey,
  requestHash,
  type StoredAnswer,
} from './idempotency/idempotency.ts'
export { storeAnswers, wholeAnswer } from './idempotency/kept-answers.ts'
export { pruneKeys } from './idempotency/prune-keys.ts'
export { identityOf, isBlank, pastedId, shellWord } from './identity.ts'
export { idOrCode, newCode, newId } from './ids.ts'
export { kernelErrors } from './kernel-errors.ts'
export { lockRows } from './locks.ts'
export { basisPoints, formatIdr, proportion, type Rupiah, rupiah, sumIdr } from './money.ts'
export { moveState, moveStatement, stateIf } from './move-state.ts'
export { type Network, networkOf } from './network.ts'
export { type Paged, pageOf } from './pages.ts'
export type { Person, PersonalTable } from './personal-data.ts'
export { defaultPolicy, type Policy } from './policy.ts'
export { ConfirmedFactor } from './proofs/confirmed-factor.ts'
export { callAsHolder, callProven, showWhoActs } from './proofs/proven.ts'
export {
  type CallLease,
  leaseUntil,
  type ProviderAsk,
  type ProviderProof,
  proofOf,
} from './proofs/provider-proof.ts'
export { StaffProof } from './proofs/staff-proof.ts'
export { ProviderFailure, type ProviderOutcome } from './provider-failure.ts'
export { asRecords, insertRows } from './rows.ts'
export type { DB } from './schema.ts'
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
export { UnitOfWork } from './unit-of-work.ts'
export type { DryUse, WorkReport } from './unit-of-work-options.ts'
export { Vault } from './vault.ts'
export { fromWire, parseJson, type ToWire, toWire } from './wire.ts'
export type { AttentionItem, AuditEntry, Tx, Work } from './work.ts'
