import { defineErrors } from '../kernel/index.ts'

export const payoutErrors = defineErrors('payout', {
  not_found: ['not_found', 'There is no such payout.'],
  key_reused: ['conflict', 'This payout was made before with another amount, subject or account.'],
  outside_channel_limits: [
    'conflict',
    'The provider sends less or more than this to no such account in one payout; send it from the bank instead.',
  ],
  under_way: ['conflict', 'Money for this is under way or was paid; it is not sent twice.'],
})
