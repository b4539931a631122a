import type { Switches } from '../profile.ts'

/** How WhatsApp's two ways, mail and SMS may behave; the first choice of each is what they document. */
export const messagingSwitches = {
  'whatsapp.sender': {
    fact: 'meta.user-id',
    says: 'whether a message that comes in has the number of its sender, or only Meta’s name for them',
    choices: ['phone', 'user_id'],
  },
  'whatsapp.token': {
    fact: 'meta.refusals',
    says: 'whether the access token is good, or has expired',
    choices: ['good', 'expired'],
  },
  'fonnte.device': {
    fact: 'fonnte.refusals',
    says: 'whether the device is connected',
    choices: ['connected', 'disconnected'],
  },
  'fonnte.quota': {
    fact: 'fonnte.refusals',
    says: 'whether messages are left of the package',
    choices: ['left', 'used_up'],
  },
} as const satisfies Switches
