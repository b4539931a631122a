import { defineErrors } from '../kernel/index.ts'

export const userErrors = defineErrors('user', {
  phone_invalid: [
    'invalid',
    'This is not a mobile number; write it like 0812-3456-7890 or +62 812-3456-7890.',
  ],
  phone_taken: ['conflict', 'Another user has this number.'],
  still_open: ['conflict', 'This user cannot be deleted while something of theirs is open.'],
  not_found: ['not_found', 'There is no such user.'],
})
