import { defineErrors } from '../kernel/index.ts'

export const addressErrors = defineErrors('address', {
  not_found: ['not_found', 'There is no such address.'],
  postal_code_invalid: ['invalid', 'A postal code has 5 digits.'],
})
