import type { Switches } from '../profile.ts'

/**
 * The switches of the two WhatsApp services, mail and SMS: behaviours that have several variants (`choices`),
 * among which a test chooses. The first variant is the documented one.
 */
export const messagingSwitches = {
  'whatsapp.sender': {
    fact: 'meta.user-id',
    says: 'whether an incoming message has the phone number of its sender, or only Meta’s id of the sender',
    choices: ['phone', 'user_id'],
  },
  'whatsapp.token': {
    fact: 'meta.refusals',
    says: 'whether the access token is valid or has expired',
    choices: ['good', 'expired'],
  },
  'whatsapp.refusal': {
    fact: 'meta.refusals',
    says: 'the error code with which every message is refused; none: messages are sent',
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
    says: 'the error code with which an accepted message is later reported as failed; none: messages arrive',
    choices: ['none', '131042', '131031', '131048', '131049', '131026', '132015'],
  },
  'whatsapp.templates': {
    fact: 'meta.templates',
    says: 'whether the templates are approved, not registered, paused or disabled',
    choices: ['APPROVED', 'missing', 'PAUSED', 'DISABLED'],
  },
  'fonnte.token': {
    fact: 'fonnte.refusals',
    says: 'whether the token is valid, or the error with which it is refused',
    choices: ['good', 'token_invalid', 'unknown_user', 'invalid_device'],
  },
  'fonnte.device': {
    fact: 'fonnte.refusals',
    says: 'whether the device is connected',
    choices: ['connected', 'disconnected'],
  },
  'fonnte.quota': {
    fact: 'fonnte.refusals',
    says: 'whether the package has messages left',
    choices: ['left', 'used_up'],
  },
} as const satisfies Switches
