export {
  isPerson,
  isSecondPerson,
  requireSecondPerson,
  requireSeen,
  type SeenChange,
  secondPersonRefused,
} from '../staff/index.ts'
export {
  countAttention,
  countUnmailed,
  endAttention,
  endAttentionWhere,
  listAttention,
  openSince,
  recordMailed,
  resolveAttention,
  showAttention,
  wasRaised,
} from './attention.ts'
export { listAudit, showAudit } from './audit.ts'
export {
  type AccountName,
  type BankAccount,
  channelName,
  describedFor,
  limitAccountOf,
  orUnreadable,
  plainAccount,
  shownOrUnreadable,
  UNREADABLE,
} from './bank-account.ts'
export { countedCheck } from './counted-check.ts'
export {
  actorOfUse,
  allowCommand,
  allowOverLimit,
  type Budget,
  countLost,
  countUnlessCounted,
  countUse,
  isOverLimit,
  type LimitedKind,
  type LimitUse,
  type LimitView,
  LOST_DAY,
  limitedKinds,
  limitWindows,
  listLimits,
  recountUses,
  redoUse,
  takeClearance,
  takeLimit,
  undoUse,
} from './limits.ts'
export { prunePaces, type Turn, takeTurns, tryWrite, turnInS } from './paces.ts'
export {
  type ChannelOfProvider,
  channelsOf,
  channelsTold,
  requirePayableAccount,
  requirePayableName,
  savePayoutChannels,
} from './payout-channels.ts'
export { holdCalls, takeCalls } from './provider-pace.ts'
export {
  allOrEach,
  asideFor,
  errorText,
  inOneOrEach,
  isPassing,
  isSetAside,
  type PutOff,
  setAside,
  sweepInOneOrEach,
} from './set-aside.ts'
export {
  isPaused,
  listSwitches,
  requireRunning,
  type SwitchName,
  setSwitch,
  switchedOff,
  switchNames,
} from './switches.ts'
export { urgentKinds } from './urgent-kinds.ts'
