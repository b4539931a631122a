import type { Switches } from '../profile.ts'

/** How WhatsApp's two ways, mail and SMS may behave; the first choice of each is what they document. */
export const messagingSwitches = {} as const satisfies Switches
