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

/** Only a verified factory becomes active; suspended it opens no new sessions and is paid nothing. */
export const factoryTransitions: Transitions<FactoryStatus> = {
  inactive: ['active'],
  active: ['suspended'],
  suspended: ['active'],
}

export const factoryMachine = machineOf('factory', 'factories', factoryTransitions)

export type BankAccountStatus = 'pending' | 'approved' | 'replaced' | 'stopped'

/**
 * One that waits for approval is replaced by a newer one; the last approved one past its cooling-off is in
 * use; before that the factory may stop it.
 */
export const bankAccountTransitions: Transitions<BankAccountStatus> = {
  pending: ['approved', 'replaced', 'stopped'],
  approved: ['stopped'],
  replaced: [],
  stopped: [],
}

export const bankAccountMachine = machineOf('bank account', 'factoryBankAccounts', bankAccountTransitions)
