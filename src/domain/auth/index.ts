import './events.ts'

export { answerCalls, type Call, calledNumbers, pruneCalledCodes } from './codes/called-code.ts'
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
  type DeliveryContext,
  deliverOtpAnotherWay,
  type NextWayBecause,
} from './codes/deliver-otp-another-way.ts'
export { challengeOfMessage } from './codes/otp-code.ts'
export { PROOF_BITS, type Proof } from './codes/proof-of-work.ts'
export { type CodePurpose, type OtpChallenge, type OtpRequest, requestOtp } from './codes/request.ts'
export { type CodeChannel, sendCodeAgain } from './codes/send-again.ts'
export type { SmsMessage, SmsSender } from './codes/sms.ts'
export { codesDue, sweepCodes } from './codes/sweep.ts'
export { type CodeGiven, tryCode } from './codes/try.ts'
export { type CodeLogin, type LoginOutcome, type OtpProof, verifyOtp } from './codes/verify.ts'
export { type CommandRunView, listRuns, mayFollow, showRun } from './command-runs/read-runs.ts'
export {
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
} from './command-runs/run-records.ts'
export { stopRun } from './command-runs/stop-run.ts'
export { authErrors } from './errors.ts'
export {
  type ConfirmedEnrolment,
  confirmEnrolment,
  type EnrolledFactor,
  enrolFactor,
} from './factors/enrol-factor.ts'
export { type FactorView, resealFactors, resetFactor, showFactor } from './factors/reset-factor.ts'
export { FACTOR_PURPOSE, factorCodeAt } from './factors/totp.ts'
export { useFactorCode } from './factors/use-factor-code.ts'
export { readDeviceToken } from './logins/device-token.ts'
export { endChangedLogins, endedSessionsSince, endLoginsOf, logout } from './logins/end.ts'
export { pruneAuthSessions, pruneChallenges } from './logins/prune.ts'
export { refreshLogin } from './logins/refresh.ts'
export { issuedToken } from './logins/refresh-token.ts'
export { type RevokedLogins, revokeLogins } from './logins/revoke.ts'
export type { Login } from './logins/start.ts'
export { changeRole, renameStaff } from './staff/change-staff.ts'
export { createStaff, type Staff } from './staff/create.ts'
export { listStaff, type StaffView } from './staff/list.ts'
export { type RenewedToken, renewToken } from './staff/renew-token.ts'
export { type RevokedStaff, revokeStaff } from './staff/revoke.ts'
export { endingTokens, endOfToken, reportEndingTokens, TELL_BEFORE_S } from './staff/token-ends.ts'
export { issueStaffToken, newStaffToken, type StaffToken, staffByToken } from './staff/tokens.ts'
