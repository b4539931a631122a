import { defineErrors } from '../kernel/index.ts'

export const payoutErrors = defineErrors('payout', {
  not_found: ['not_found', 'There is no such payout.'],
  key_reused: ['conflict', 'This payout was made before with another amount, subject or account.'],
  under_way: ['conflict', 'Money for this is under way or was paid; it is not sent twice.'],
})
