export {
  listAttention,
  resolveAttention,
  settleAttention,
  showAttention,
} from './attention.ts'
export { listAudit, showAudit } from './audit.ts'
export {
  type BankAccount,
  channelName,
  describedFor,
  maskedAccount,
} from './bank-account.ts'
export {
  allowOverLimit,
  countLost,
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
export { prunePaces, type Turn, takeTurns, turnInS } from './paces.ts'
export {
  type ChannelOfProvider,
  channelsOf,
  requirePayableAccount,
  savePayoutChannels,
} from './payout-channels.ts'
export { holdCalls, takeCalls } from './provider-pace.ts'
export { allOrEach, errorText, inOneOrEach, type PutOff, setAside } from './set-aside.ts'
export {
  isPaused,
  listSwitches,
  requireRunning,
  type SwitchName,
  setSwitch,
  switchNames,
} from './switches.ts'
export { isSecondPerson, requireSecondPerson } from './two-people.ts'
