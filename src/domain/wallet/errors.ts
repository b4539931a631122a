import { defineErrors } from '../kernel/index.ts'

export const walletErrors = defineErrors('wallet', {
  insufficient_balance: ['conflict', 'The wallet does not hold that much.'],
  user_not_found: ['not_found', 'There is no such user.'],
  below_minimum: [
    'invalid',
    'The amount is below the smallest withdrawal; only refunded money may be withdrawn in smaller amounts.',
  ],
  nothing_to_withdraw: [
    'conflict',
    'The wallet is empty: nothing has to be paid out before the account is closed.',
  ],
  not_all: ['conflict', 'To close an account all that is in its wallet is withdrawn, and no less.'],
  by_hand: [
    'conflict',
    'The amount is too small for the provider: send it from the bank, then approve the withdrawal with the reference of that transfer.',
  ],
  not_by_hand: ['conflict', 'The provider pays this out; approve it without a reference.'],
  account_too_new: ['conflict', 'The account is not old enough to take money.'],
  account_stopped: [
    'conflict',
    'The owner of this account said that they did not ask for it; nothing is sent to it.',
  ],
  no_destination: ['conflict', 'This user has confirmed no account to which money could be sent.'],
  account_closing: [
    'conflict',
    'This account is being closed: what comes into its wallet is paid out by itself.',
  ],
  otp_needed: ['forbidden', 'A new account needs a fresh code: ask for one and send it along as `otp`.'],
  withdrawal_not_found: ['not_found', 'There is no such withdrawal.'],
  withdrawal_retried: ['conflict', 'This withdrawal was tried again before.'],
  adjustment_not_found: ['not_found', 'There is no such adjustment.'],
  same_person: ['forbidden', 'Another person has to approve what you asked for.'],
  goodwill_gives: ['invalid', 'Goodwill only gives; take money out as a correction.'],
})
