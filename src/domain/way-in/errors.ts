import { defineErrors } from '../kernel/index.ts'

export const wayInErrors = defineErrors('way_in', {
  stop_unknown: ['not_found', 'This link is not one of our links. Check that you copied the whole link.'],
  stop_too_late: ['conflict', 'It is too late to stop this change. Contact customer support.'],
  proof_needed: [
    'forbidden',
    'This change needs a code. Request a code with "purpose": "email". Then send this request again, with the code as "otp".',
  ],
  caller_code_needed: [
    'forbidden',
    'A new phone number needs a code that the caller reads out to you. Run laku users send-code or laku factories send-code, then give the code with --caller-code.',
  ],
  confirmation_invalid: [
    'invalid',
    'This link has expired, or the email address was changed again. Enter your email address again to get a new link.',
  ],
  nothing_sealed: [
    'not_found',
    'This row of the audit log has no encrypted value, so there is nothing to reveal. See the row with laku audit show.',
  ],
})
