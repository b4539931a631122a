import { defineErrors } from '../kernel/index.ts'

export const walletErrors = defineErrors('wallet', {
  insufficient_balance: ['conflict', 'The wallet does not hold that much.'],
  user_not_found: ['not_found', 'There is no such user.'],
  below_minimum: ['invalid', 'So little is paid out only of refunded money.'],
  otp_needed: ['forbidden', 'A new account needs a fresh code: ask for one and send it along as `otp`.'],
  withdrawal_not_found: ['not_found', 'There is no such withdrawal.'],
  withdrawal_retried: ['conflict', 'This withdrawal was tried again before.'],
  adjustment_not_found: ['not_found', 'There is no such adjustment.'],
  same_person: ['forbidden', 'Another person has to approve what you asked for.'],
  goodwill_gives: ['invalid', 'Goodwill only gives; take money out as a correction.'],
})
