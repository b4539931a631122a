import type { Switches } from '../profile.ts'

/**
 * The behaviours of the two WhatsApp services, mail and SMS that a test can choose; the first choice of each
 * switch is the documented one.
 */
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
  'whatsapp.refusal': {
    fact: 'meta.refusals',
    says: 'what every message is refused with, whatever it is; none where they are sent',
    choices: [
      'none',
      '131042',
      '131031',
      '368',
      '131048',
      '131049',
      '131005',
      '131037',
      '131045',
      '131057',
      '133010',
      '3',
      '10',
      '33',
      '200',
    ],
  },
  'whatsapp.late-refusal': {
    fact: 'meta.late-refusals',
    says: 'by which number a message that was taken is told to have failed; none where it arrives',
    choices: ['none', '131042', '131031', '131048', '131049', '131026', '132015'],
  },
  'whatsapp.templates': {
    fact: 'meta.templates',
    says: 'whether the templates are approved, not registered, paused or disabled',
    choices: ['APPROVED', 'missing', 'PAUSED', 'DISABLED'],
  },
  'fonnte.token': {
    fact: 'fonnte.refusals',
    says: 'whether the token is good, or what it is refused with',
    choices: ['good', 'token_invalid', 'unknown_user', 'invalid_device'],
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
