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
 * A newer account replaces one that waits for approval. The last approved account whose cooling-off is over
 * is in use; until it is over the factory may stop the account.
 */
export const bankAccountTransitions: Transitions<BankAccountStatus> = {
  pending: ['approved', 'replaced', 'stopped'],
  approved: ['stopped'],
  replaced: [],
  stopped: [],
}

export const bankAccountMachine = machineOf('bank account', 'factoryBankAccounts', bankAccountTransitions)
