import { machineOf, type Transitions } from '../kernel/index.ts'

export type UserStatus = 'active' | 'suspended' | 'deleted'

/** A deleted user is nobody any more; their ledger stays. */
export const userTransitions: Transitions<UserStatus> = {
  active: ['suspended', 'deleted'],
  suspended: ['active', 'deleted'],
  deleted: [],
}

export const userMachine = machineOf('user', 'users', userTransitions)
