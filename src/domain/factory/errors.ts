import { defineErrors } from '../kernel/index.ts'

export const factoryErrors = defineErrors('factory', {
  agent_without_office: [
    'forbidden',
    'You do not work for an office yet, so nobody could look after this factory. Ask the warehouse to assign you (`staff_id`) to one with laku offices assign.',
  ],
  not_found: ['not_found', 'This factory was not found. Check its id.'],
  phone_invalid: [
    'invalid',
    'This phone number is not valid. Write it like 0812-3456-7890 or +62 21 555 1234.',
  ],
  no_bank_account_waits: [
    'conflict',
    'This factory has no bank account that waits for approval. Set one with laku factories set-bank, then another person must approve it.',
  ],
  account_unnamed: [
    'invalid',
    'Name the bank account that you checked, so that no other one is approved: give its UUID or its number with --account. laku factories show and laku attention list show the UUID.',
  ],
  account_not_found: [
    'not_found',
    'This factory has no bank account with this UUID or number. See its accounts with laku factories show.',
  ],
  account_ambiguous: [
    'conflict',
    'Several bank accounts of this factory end with these digits. Give the UUID of the one that you checked, or its whole number.',
  ],
  account_not_waiting: [
    'conflict',
    'This bank account does not wait for approval any more: it was approved, replaced or stopped meanwhile. See the accounts with laku factories show, and check the one that waits now.',
  ],
  same_person: [
    'forbidden',
    'You set this bank account, so you cannot approve it. Ask another person to run laku factories approve-bank with the --account that they checked.',
  ],
  tax_id_invalid: [
    'invalid',
    'The tax number has a wrong number of digits. Write 15 or 16 digits for an NPWP, or 16 digits for a NIK.',
  ],
  not_verified: [
    'conflict',
    'This factory is not verified, so it cannot be activated. Run laku factories submit and laku factories verify, then activate it.',
  ],
})
