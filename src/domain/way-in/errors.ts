import { defineErrors } from '../kernel/index.ts'

export const wayInErrors = defineErrors('way_in', {
  stop_unknown: ['not_found', 'This link is not one of ours; see whether you have copied all of it.'],
  stop_too_late: ['conflict', 'The time in which this could be stopped is over; write to us.'],
  proof_needed: [
    'forbidden',
    'To change this, ask for a code with the purpose email and send it along as `otp`.',
  ],
  caller_code_needed: [
    'forbidden',
    'A new number is proved by a code that its holder reads out: send one with the verb send-code, and give it with --caller-code.',
  ],
  confirmation_invalid: ['invalid', 'This link is over, or the address was changed since; set it again.'],
  nothing_sealed: ['not_found', 'This row of the audit log has nothing that is sealed.'],
})
