import { defineErrors } from '../kernel/index.ts'

export const userErrors = defineErrors('user', {
  phone_invalid: [
    'invalid',
    'This mobile number is not valid. Write it like 0812-3456-7890 or +62 812-3456-7890.',
  ],
  phone_taken: ['conflict', 'Another user already has this phone number. Use another number.'],
  still_open: [
    'conflict',
    'This account cannot be deleted yet, because something of it is still open. Finish what is listed in `open`, then try again.',
  ],
  not_found: ['not_found', 'This user was not found. Check the id or the phone number.'],
})
