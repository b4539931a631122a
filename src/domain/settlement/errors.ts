import { defineErrors } from '../kernel/index.ts'

export const settlementErrors = defineErrors('settlement', {
  not_found: ['not_found', 'No settlement has this code or id. See the settlements with laku settle list.'],
  same_person: [
    'forbidden',
    'You calculated this settlement, and its amount, or its amount together with the settlements that you approved before, is above the limit of one person. Another person must run laku settle approve.',
  ],
  plan_changed: [
    'conflict',
    'The amounts of this settlement have changed since it was calculated, by a return or a refund. Run laku settle run again, then approve the new plan.',
  ],
  no_bank_account: [
    'conflict',
    'This factory has no bank account that is approved and past its waiting time. Use laku factories set-bank and laku factories approve-bank, or wait.',
  ],
  factory_suspended: [
    'conflict',
    'This factory is suspended, so nothing is paid to it. Activate it first with laku factories activate.',
  ],
  payout_under_way: [
    'conflict',
    'The money of this settlement is being sent or was already paid, so the settlement cannot be changed. See it with laku settle show.',
  ],
  factory_not_suspended: [
    'conflict',
    'This factory is not suspended, so its debt cannot be written off; its next sales pay the debt. To stop the factory, use laku factories suspend.',
  ],
  nothing_owed: [
    'conflict',
    'The factory owes less than this amount. Write off at most the amount in `owed_idr`.',
  ],
  through_invalid: [
    'invalid',
    'The date is not valid, or it is in the future. Write a day like 2026-11-20, today at the latest.',
  ],
})
