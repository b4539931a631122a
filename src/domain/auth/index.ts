import './events.ts'

export { answerCalls, calledNumbers, pruneCalledCodes } from './codes/called-code.ts'
export { sendCallerCode, tryCallerCode } from './codes/caller-code.ts'
export { isChallengeId } from './codes/challenge-id.ts'
export { pruneSpending } from './codes/code-budget.ts'
export {
  type Asker,
  CodeTooEarly,
  guessWorkNeeded,
  hasWorked,
  turnNamesOf,
  workNeeded,
} from './codes/code-limits.ts'
export {
  deliverOtpAnotherWay,
  type NextWayBecause,
} from './codes/deliver-otp-another-way.ts'
export { endCallerCodes, endOpenCodes } from './codes/end-caller-codes.ts'
export { challengeOfMessage } from './codes/otp-code.ts'
export type { Proof } from './codes/proof-of-work.ts'
export { requestOtp } from './codes/request.ts'
export { sendCodeAgain } from './codes/send-again.ts'
export type { SmsMessage } from './codes/sms.ts'
export { codesDue, sweepCodes } from './codes/sweep.ts'
export { tryCode } from './codes/try.ts'
export { type LoginOutcome, verifyOtp } from './codes/verify.ts'
export { mayFollow, showRun } from './command-runs/read-runs.ts'
export {
  type Attempt,
  type Begun,
  beginRun,
  endRun,
  forgetRun,
  heartbeatRun,
  keepAnswer,
  keepLines,
  keptLines,
  leaveRun,
  pruneRuns,
  type RunIdentity,
  type RunsBy,
  runState,
} from './command-runs/run-records.ts'
export { stopRun } from './command-runs/stop-run.ts'
export { authErrors } from './errors.ts'
export {
  confirmEnrolment,
  enrolFactor,
} from './factors/enrol-factor.ts'
export { resealFactors, resetFactor, showFactor } from './factors/reset-factor.ts'
export { FACTOR_PURPOSE, factorCodeAt } from './factors/totp.ts'
export { useFactorCode } from './factors/use-factor-code.ts'
export { readDeviceToken } from './logins/device-token.ts'
export { endChangedLogins, endedSessionsSince, endLoginsOf, logout } from './logins/end.ts'
export { pruneAuthSessions, pruneChallenges } from './logins/prune.ts'
export { refreshLogin } from './logins/refresh.ts'
export { issuedToken } from './logins/refresh-token.ts'
export { revokeLogins } from './logins/revoke.ts'
export { changeRole, renameStaff } from './staff/change-staff.ts'
export { createStaff } from './staff/create.ts'
export { listStaff } from './staff/list.ts'
export { renewToken } from './staff/renew-token.ts'
export { revokeStaff } from './staff/revoke.ts'
export { endingTokens, endOfToken, reportEndingTokens, TELL_BEFORE_S } from './staff/token-ends.ts'
export { issueStaffToken, newStaffToken, staffByToken } from './staff/tokens.ts'
