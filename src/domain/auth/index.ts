import './events.ts'

export { answerCalls, type Call, calledNumbers, pruneCalledCodes } from './called-code.ts'
export { isChallengeId } from './challenge-id.ts'
export { pruneSpending } from './code-budget.ts'
export {
  type Asker,
  CodeTooEarly,
  guessWorkNeeded,
  hasWorked,
  turnNamesOf,
  workNeeded,
} from './code-limits.ts'
export { type CommandRunView, listRuns, mayFollow, showRun } from './command-runs/read-runs.ts'
export {
  type Begun,
  beginRun,
  endRun,
  forgetRun,
  keepAnswer,
  keepLines,
  keptLines,
  leaveRun,
  pruneRuns,
  type RunIdentity,
  seeRun,
} from './command-runs/run-records.ts'
export { stopRun } from './command-runs/stop-run.ts'
export { createStaff, type Staff } from './create-staff.ts'
export { type DeliveryContext, deliverOtpAnotherWay, type NextWayBecause } from './deliver-otp-another-way.ts'
export { readDeviceToken } from './device-token.ts'
export { endChangedLogins, endedSessionsSince, endLoginsOf, logout } from './end-auth-session.ts'
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
export { listStaff, type StaffView } from './list-staff.ts'
export { challengeOfMessage } from './otp-code.ts'
export { changeRole, renameStaff } from './people/change-staff.ts'
export { type RenewedToken, renewToken } from './people/renew-token.ts'
export { endingTokens, endOfToken, TELL_BEFORE_S, tellOfEndingTokens } from './people/token-ends.ts'
export { PROOF_BITS, type Proof } from './proof-of-work.ts'
export { pruneAuthSessions, pruneChallenges } from './prune-auth.ts'
export { refreshLogin } from './refresh-login.ts'
export { issuedToken } from './refresh-token.ts'
export { type CodePurpose, type OtpChallenge, type OtpRequest, requestOtp } from './request-otp.ts'
export { type RevokedLogins, revokeLogins } from './revoke-logins.ts'
export { type RevokedStaff, revokeStaff } from './revoke-staff.ts'
export { type CodeChannel, sendCodeAgain } from './send-code-again.ts'
export type { SmsMessage, SmsSender } from './sms.ts'
export { issueStaffToken, newStaffToken, type StaffToken, staffByToken } from './staff-tokens.ts'
export type { Login } from './start-auth-session.ts'
export { codesDue, sweepCodes } from './sweep-codes.ts'
export { type CodeGiven, tryCode } from './try-code.ts'
export { type CodeLogin, type LoginOutcome, type OtpProof, verifyOtp } from './verify-otp.ts'
