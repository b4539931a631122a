import type { Switches } from '../profile.ts'

/** How Xendit may behave; the first choice of each is what it documents. */
export const xenditSwitches = {} as const satisfies Switches
