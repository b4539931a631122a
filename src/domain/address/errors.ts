import { defineErrors } from '../kernel/index.ts'

export const addressErrors = defineErrors('address', {
  not_found: ['not_found', 'This address was not found. Choose an address that is saved for the account.'],
  postal_code_invalid: ['invalid', 'The postal code is not valid. Write 5 digits, for example 12730.'],
})
