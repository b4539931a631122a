export {
  type AttentionFilter,
  type AttentionView,
  listAttention,
  resolveAttention,
  settleAttention,
  showAttention,
} from './attention.ts'
export { type AuditFilter, type AuditRow, listAudit, showAudit } from './audit.ts'
export {
  type BankAccount,
  channelName,
  describedFor,
  maskedAccount,
  type PayoutChannel,
  payoutChannels,
  requireBankAccount,
} from './bank-account.ts'
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
export { prunePaces, type TakenTurns, type Turn, takeTurns, turnInS } from './paces.ts'
export {
  type ChannelOfProvider,
  type ChannelView,
  channelsOf,
  listChannels,
  requirePayableAccount,
  savePayoutChannels,
} from './payout-channels.ts'
export { holdCalls, type Pace, type TakenCalls, takeCalls } from './provider-pace.ts'
export { allOrEach, errorText, inOneOrEach, type PutOff, setAside } from './set-aside.ts'
export {
  isPaused,
  listSwitches,
  requireRunning,
  type SwitchName,
  type SwitchView,
  setSwitch,
  switchNames,
} from './switches.ts'
export { isSecondPerson, requireOwnFactor, requireSecondPerson } from './two-people.ts'
