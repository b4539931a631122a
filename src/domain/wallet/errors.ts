import { defineErrors } from '../kernel/index.ts'

export const walletErrors = defineErrors('wallet', {
  insufficient_balance: [
    'conflict',
    'The wallet does not hold enough money. Choose a smaller amount, or another way to pay.',
  ],
  cooling_off: [
    'conflict',
    'A phone number or email address of this account was changed a short time ago, so nothing is paid from its wallet until the time in `until`. Pay by invoice, or wait.',
  ],
  user_not_found: ['not_found', 'No user has this id or phone number. See the users with laku users list.'],
  below_minimum: [
    'invalid',
    'This amount is below the smallest withdrawal. Withdraw at least the amount in `minimum_idr`; only refunded money can be withdrawn in smaller amounts.',
  ],
  nothing_to_withdraw: [
    'conflict',
    'The wallet is empty, so there is nothing to pay out. The account can be closed without a payout.',
  ],
  not_all: [
    'conflict',
    'This is not the whole balance of the wallet. To close the account, withdraw exactly the amount in `balance_idr`.',
  ],
  by_hand: [
    'conflict',
    "This withdrawal is too small for the provider. Send it from the company's bank, then approve it with --by-hand and the bank's reference.",
  ],
  not_by_hand: [
    'conflict',
    'The provider pays out this withdrawal, so a bank reference cannot be given. Approve it without --by-hand.',
  ],
  account_too_new: [
    'conflict',
    'The receiving account is too new for a payout. Wait until the time in `usable_at`, then approve the withdrawal again.',
  ],
  account_stopped: [
    'conflict',
    'The user reported that they did not add this account, so nothing is sent to it. The user must request a new withdrawal to another account.',
  ],
  no_destination: [
    'conflict',
    'This user has not confirmed any bank account or e-wallet for a payout. Ask the user to request the withdrawal themselves.',
  ],
  account_closing: [
    'conflict',
    'This account is being closed, so you cannot request a withdrawal. Money that comes into its wallet is paid out automatically.',
  ],
  otp_needed: [
    'forbidden',
    'This bank account or e-wallet is new, so a code is needed. Ask for a code, then send it in the field `otp`.',
  ],
  withdrawal_not_found: ['not_found', 'This withdrawal was not found. Check its code or id.'],
  withdrawal_retried: [
    'conflict',
    'This withdrawal was already tried again as a new one. See the new one with laku wallets withdrawals list.',
  ],
  adjustment_not_found: [
    'not_found',
    'No wallet adjustment has this id. See the adjustments with laku wallets adjustments list.',
  ],
  same_person: [
    'forbidden',
    'You asked for this adjustment, so you cannot approve it. Ask another person to run laku wallets adjustments approve.',
  ],
  goodwill_gives: [
    'invalid',
    'Goodwill can only add money, so the amount must be above 0. To take money out, use --kind correction.',
  ],
})
