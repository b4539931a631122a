import { machineOf, type Transitions } from '../kernel/index.ts'

export type FactoryVerification = 'unverified' | 'pending' | 'verified' | 'rejected'

export const verificationTransitions: Transitions<FactoryVerification> = {
  unverified: ['pending'],
  pending: ['verified', 'rejected'],
  rejected: ['pending'],
  verified: [],
}

export const verificationMachine = machineOf(
  'verification',
  'factories',
  verificationTransitions,
  'verification',
)

export type FactoryStatus = 'inactive' | 'active' | 'suspended'

/**
 * The transitions of a factory's status. Only a verified factory becomes active. A suspended factory opens no
 * new sessions and is paid nothing.
 */
export const factoryTransitions: Transitions<FactoryStatus> = {
  inactive: ['active'],
  active: ['suspended'],
  suspended: ['active'],
}

export const factoryMachine = machineOf('factory', 'factories', factoryTransitions)

export type BankAccountStatus = 'pending' | 'approved' | 'replaced' | 'stopped'

/**
 * The transitions of a factory's bank account. A newer account replaces an account that waits for approval.
 * After the approval, a waiting time begins; until it is over, the factory may stop the account. Payouts go
 * to the newest approved account whose waiting time is over.
 */
export const bankAccountTransitions: Transitions<BankAccountStatus> = {
  pending: ['approved', 'replaced', 'stopped'],
  approved: ['stopped'],
  replaced: [],
  stopped: [],
}

export const bankAccountMachine = machineOf('bank account', 'factoryBankAccounts', bankAccountTransitions)
