import { defineErrors } from '../kernel/index.ts'

export const payoutErrors = defineErrors('payout', {
  not_found: ['not_found', 'No payout has this id or key. See the payouts with laku payouts list.'],
  not_unknown: [
    'conflict',
    'This payout cannot be declared dead: its outcome is known, or the provider is still working on it. See it with laku payouts show. If the provider’s support says that it will never make the payout, add --ticket.',
  ],
  not_under_way: [
    'conflict',
    'The provider does not show this payout as under way, so --ticket does not apply to it. See it with laku payouts show.',
  ],
  not_stuck_yet: [
    'conflict',
    'The provider may still end this payout by itself. Give it up after the time in `from`.',
  ],
  other_ticket: [
    'conflict',
    'The first person gave another ticket of the provider, which is in `ticket`. Read that ticket and give it, or refuse the request with laku payouts keep.',
  ],
  too_early: [
    'conflict',
    "It is too early to declare this payout dead, because the provider may still make it. Try again after the time in `from`, once laku has checked the provider's list again.",
  ],
  lease_alive: [
    'conflict',
    'A worker may be sending this payout right now. Try again after the time in `lease_until`.',
  ],
  same_person: [
    'forbidden',
    'You asked to declare this payout dead, so you cannot confirm it. Another person must run the same command.',
  ],
  nothing_asked: [
    'conflict',
    'Nobody has asked to declare this payout dead, so there is nothing to refuse. See it with laku payouts show.',
  ],
  key_reused: [
    'conflict',
    'A payout with this key already exists, with another amount, purpose or account; nothing was sent. See it with laku payouts show.',
  ],
  outside_channel_limits: [
    'conflict',
    'The provider cannot send this amount to this bank or e-wallet in one payout. Choose an amount between `minimum_idr` and `maximum_idr`, or send it in another way.',
  ],
  batch_not_found: [
    'not_found',
    'No batch of bank transfers has this number or id. See the batches with laku settle batches list.',
  ],
  line_not_in_batch: [
    'invalid',
    'This batch has no line with this code. See its lines with laku settle batches show.',
  ],
  line_decided: [
    'conflict',
    'The result of this line was already recorded, or the line was named twice. See the lines with laku settle batches show.',
  ],
  amount_differs: [
    'invalid',
    'The statement has another amount for this line than the batch. Correct the statement file, or ask the bank what it paid.',
  ],
  reference_needed: [
    'invalid',
    'A paid line has no bank reference. Give the reference with --reference, or in the statement file.',
  ],
  reference_invalid: ['invalid', 'The bank reference is too short. Give at least four letters or digits.'],
  reference_used: [
    'conflict',
    'This bank reference is already recorded for another transfer. Give the right one, or correct the other transfer with laku settle batches correct.',
  ],
  reference_unknown: [
    'not_found',
    'No transfer is recorded with this bank reference. Check the reference with laku settle batches show.',
  ],
  reference_in_use: [
    'conflict',
    'A paid transfer has this bank reference, so it cannot be freed. Give the right reference with --to, or first record that the transfer came back.',
  ],
  batch_adopted: [
    'conflict',
    'This batch was made from a file that the bank already has, so no new file is written for it. Record its results with laku settle batches confirm.',
  ],
  lost_files_open: [
    'conflict',
    'A backup was restored, and the bank may have newer files. Take over each file with laku settle batches adopt, then run it with --complete.',
  ],
  no_lost_files: [
    'conflict',
    'After the last restored backup nothing is missing, so there is nothing to complete. You can export settlements and withdrawals.',
  ],
  file_not_missing: [
    'forbidden',
    'No backup was restored, so no file of the bank should be missing here. If one is missing all the same, another person must first run the command shown here; then run your own command again.',
  ],
  line_set_aside: [
    'conflict',
    'This line could not be put into the batch or its file; the other lines went on. See the cause with laku attention list.',
  ],
  line_held: [
    'conflict',
    'This line is not in the file: its factory or user is suspended, or its bank account was stopped. Activate them and write the file again, or record the line with laku settle batches confirm --rejected.',
  ],
  line_at_bank: [
    'conflict',
    'An earlier file of this batch has this line, so the bank may pay it; since then its factory or user was suspended, or its bank account was stopped. Stop it at the bank, and record what the bank says with laku settle batches confirm.',
  ],
  no_line_in_file: [
    'conflict',
    'No open line of this batch is in its file, so nothing was recorded, and the reference is still free. Check the number of the batch, or write its file again with laku settle export --batch.',
  ],
  batch_begun: [
    'conflict',
    'The result of some lines is already recorded, so the batch cannot be cancelled. Record the other lines one by one with laku settle batches confirm.',
  ],
  batch_same_person: [
    'forbidden',
    'You took the file of this batch and the bank may have it, so you cannot cancel the batch. Another person must run laku settle batches cancel.',
  ],
  moves_again: [
    'conflict',
    'An older payout of the same settlement or withdrawal had failed, but it is active again at the provider. Wait until it ends, then try again.',
  ],
  under_way: [
    'conflict',
    'The money of this settlement or withdrawal is being sent or was already paid, so it is not sent again. See it with laku payouts list.',
  ],
})
