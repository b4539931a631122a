import { machineOf, type Transitions } from '../kernel/index.ts'

export type CodeStatus = 'open' | 'used' | 'spent' | 'replaced'

/**
 * A code ends once: used, spent by wrong tries, or replaced by a newer code. An expired code stays open until
 * it is deleted.
 */
export const loginCodeTransitions: Transitions<CodeStatus> = {
  open: ['used', 'spent', 'replaced'],
  used: [],
  spent: [],
  replaced: [],
}

export const loginCodeMachine = machineOf('login code', 'otpChallenges', loginCodeTransitions)

export type StaffStatus = 'active' | 'suspended'

/** A suspended staff member is never reactivated; on return they get a new record. */
export const staffTransitions: Transitions<StaffStatus> = {
  active: ['suspended'],
  suspended: [],
}

export const staffMachine = machineOf('staff', 'staff', staffTransitions)
