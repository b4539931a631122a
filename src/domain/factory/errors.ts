import { defineErrors } from '../kernel/index.ts'

export const factoryErrors = defineErrors('factory', {
  not_found: ['not_found', 'There is no such factory.'],
  phone_invalid: ['invalid', 'This is no phone number; write it like 0812-3456-7890 or +62 21 555 1234.'],
  not_verified: ['conflict', 'Only a verified factory can be active.'],
})
