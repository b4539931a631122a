import { machineOf, type Transitions } from '../kernel/index.ts'

export type CodeStatus = 'open' | 'used' | 'spent' | 'replaced'

/**
 * A code is good once: used, spent by wrong tries, or replaced by a newer one. One whose time is over stays
 * open until it is forgotten.
 */
export const loginCodeTransitions: Transitions<CodeStatus> = {
  open: ['used', 'spent', 'replaced'],
  used: [],
  spent: [],
  replaced: [],
}

export const loginCodeMachine = machineOf('login code', 'otpChallenges', loginCodeTransitions)

export type StaffStatus = 'active' | 'suspended'

/** A staff member who was suspended comes back as somebody new. */
export const staffTransitions: Transitions<StaffStatus> = {
  active: ['suspended'],
  suspended: [],
}

export const staffMachine = machineOf('staff', 'staff', staffTransitions)
