import { defineErrors } from '../kernel/index.ts'

export const payoutErrors = defineErrors('payout', {
  not_found: ['not_found', 'There is no such payout.'],
  not_unknown: [
    'conflict',
    'It is known what became of this payout, or the provider is still about to send it.',
  ],
  too_early: [
    'conflict',
    'The provider may still know its key, or its list was not seen without it for a whole day after the last call.',
  ],
  lease_alive: ['conflict', 'A worker may be about to send it; ask again when its lease has run out.'],
  same_person: ['forbidden', 'Another person has to confirm what you asked for.'],
  nothing_asked: ['conflict', 'Nobody asked for it to be declared dead.'],
  key_reused: ['conflict', 'This payout was made before with another amount, subject or account.'],
  outside_channel_limits: [
    'conflict',
    'The provider sends less or more than this to no such account in one payout; send it from the bank instead.',
  ],
  under_way: ['conflict', 'Money for this is under way or was paid; it is not sent twice.'],
})
