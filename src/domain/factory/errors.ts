import { defineErrors } from '../kernel/index.ts'

export const factoryErrors = defineErrors('factory', {
  not_found: ['not_found', 'There is no such factory.'],
  phone_invalid: ['invalid', 'This is no phone number; write it like 0812-3456-7890 or +62 21 555 1234.'],
  no_bank_account_waits: ['conflict', 'This factory has no bank account that waits for approval.'],
  same_person: ['forbidden', 'A bank account is approved by another person than the one who set it.'],
  tax_id_invalid: ['invalid', 'An NPWP has 15 or 16 digits, a NIK has 16.'],
  not_verified: ['conflict', 'Only a verified factory can be active.'],
})
