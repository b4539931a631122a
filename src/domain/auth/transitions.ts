import { machineOf, type Transitions } from '../kernel/index.ts'

export type CodeStatus = 'open' | 'used' | 'spent' | 'replaced'

/**
 * The transitions of a log-in code. A code ends once: it is used, invalid after too many wrong tries
 * (`spent`), or replaced by a newer code. An expired code stays `open` until it is deleted.
 */
export const loginCodeTransitions: Transitions<CodeStatus> = {
  open: ['used', 'spent', 'replaced'],
  used: [],
  spent: [],
  replaced: [],
}

export const loginCodeMachine = machineOf('login code', 'otpChallenges', loginCodeTransitions)

export type StaffStatus = 'active' | 'suspended'

/**
 * The transitions of a staff member's status. An administrator suspends members and activates them again
 * (docs/adr/0187).
 */
export const staffTransitions: Transitions<StaffStatus> = {
  active: ['suspended'],
  suspended: ['active'],
}

export const staffMachine = machineOf('staff', 'staff', staffTransitions)
