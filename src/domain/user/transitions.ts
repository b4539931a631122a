import { machineOf, type Transitions } from '../kernel/index.ts'

export type UserStatus = 'active' | 'suspended' | 'deleted'

/**
 * The state changes of a user. A deleted user has no personal data any more; the user's ledger entries stay.
 */
export const userTransitions: Transitions<UserStatus> = {
  active: ['suspended', 'deleted'],
  suspended: ['active', 'deleted'],
  deleted: [],
}

export const userMachine = machineOf('user', 'users', userTransitions)
