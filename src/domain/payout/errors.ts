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
  batch_not_found: ['not_found', 'There is no such batch of bank transfers.'],
  line_not_in_batch: ['invalid', 'This batch has no such line.'],
  line_decided: ['conflict', 'The bank has spoken of this line already.'],
  amount_differs: ['invalid', 'The statement has another amount for this line than the batch.'],
  reference_needed: ['invalid', 'What the bank paid has a reference: give it.'],
  reference_invalid: ['invalid', 'A reference of the bank has at least four letters or digits.'],
  reference_used: [
    'conflict',
    'The bank’s reference was used for something else: each stands for one transfer.',
  ],
  reference_unknown: ['not_found', 'No such reference of the bank was noted.'],
  reference_in_use: [
    'conflict',
    'Money is booked by this reference: say which is right, or take back what was booked by it first.',
  ],
  batch_adopted: [
    'conflict',
    'The bank has the file that this batch was taken over from: no other is written of it.',
  ],
  line_set_aside: [
    'conflict',
    'This line could not be put into the batch or its file; laku attention list says why, and the other lines went on.',
  ],
  batch_begun: [
    'conflict',
    'The bank has spoken of some of its lines: the others are confirmed or rejected one by one.',
  ],
  batch_same_person: [
    'forbidden',
    'The bank may have the file: another person than who took it takes the batch back.',
  ],
  moves_again: [
    'conflict',
    'An older payment of this, which had failed, moves again at the provider: wait until it has ended.',
  ],
  under_way: ['conflict', 'Money for this is under way or was paid; it is not sent twice.'],
})
