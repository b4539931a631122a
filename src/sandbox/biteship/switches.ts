import type { Switches } from '../profile.ts'

/** How Biteship may behave; the first choice of each is what it documents. */
export const biteshipSwitches = {
  'biteship.rates': {
    fact: 'biteship.rate-price',
    says: 'whether one of the rates comes without a price',
    choices: ['priced', 'one_unpriced'],
  },
} as const satisfies Switches
