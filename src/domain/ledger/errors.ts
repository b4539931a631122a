import { defineErrors } from '../kernel/index.ts'

export const ledgerErrors = defineErrors('ledger', {
  key_reused: ['conflict', 'This business key was posted before with other content.'],
  insufficient_balance: ['conflict', 'The account does not hold that much.'],
})
