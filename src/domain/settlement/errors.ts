import { defineErrors } from '../kernel/index.ts'

export const settlementErrors = defineErrors('settlement', {
  not_found: ['not_found', 'There is no such settlement.'],
  same_person: [
    'forbidden',
    'A settlement of this size, alone or with what was approved before it, is approved by another person than the one who calculated it.',
  ],
  plan_changed: [
    'conflict',
    'The plan has changed since it was calculated: a return or a refund came in. Run the settlement again.',
  ],
  no_bank_account: [
    'conflict',
    'The factory has no bank account that was approved and has cooled off; nothing is paid before.',
  ],
  factory_suspended: ['conflict', 'The factory is suspended; nothing is paid to it.'],
  payout_under_way: ['conflict', 'Its money is under way or was paid; it is not sent twice.'],
  factory_not_suspended: [
    'conflict',
    'Only what a suspended factory owes is written off: one that still sells pays it by its next sales.',
  ],
  nothing_owed: ['conflict', 'The factory does not owe that much.'],
  through_invalid: ['invalid', 'The date is a day like 2026-11-20, and not in the future.'],
})
