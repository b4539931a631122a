import { defineErrors } from './errors.ts'

/** The errors that belong to no single domain. */
export const kernelErrors = defineErrors('kernel', {
  forbidden: ['forbidden', 'Your role does not allow this.'],
  user_erased: ['not_found', 'This account was deleted.'],
  same_hands: [
    'forbidden',
    "You cannot be the second approver here: one of you let the other in, or gave or changed the other's token, role or second factor within a day. Another person has to approve it.",
  ],
  second_factor_needed: [
    'forbidden',
    'This is confirmed by a code of your own second factor: say it again with --code.',
  ],
  second_factor_missing: [
    'forbidden',
    'You have no second factor to confirm this by: laku auth factor enrol begins one, which counts a day after its first code.',
  ],
  factor_too_new: ['forbidden', 'Your second factor confirms for others once it is a day old.'],
  role_too_new: [
    'forbidden',
    'Your role is new: you approve what others did once you have had it for a day.',
  ],
  own_act: ['forbidden', 'This reports an act of your own to others: another person has to resolve it.'],
  second_person_needed: [
    'forbidden',
    'Together with earlier acts this is more than one person may do alone. Another person allows it with the command given here; then run yours again.',
  ],
  reason_required: ['invalid', 'This change needs a reason.'],
  idempotency_key_reused: ['conflict', 'This idempotency key was used with another request; send a new key.'],
  idempotency_in_progress: [
    'conflict',
    'A request with this idempotency key is still running; ask again in a moment.',
  ],
  paused: ['unavailable', 'Staff have paused this; it waits and goes on when they resume it.'],
  switch_not_found: ['not_found', 'There is no switch of this name.'],
  attention_not_found: ['not_found', 'There is nothing of this id that needs attention.'],
  attention_resolved: ['conflict', 'Somebody has resolved this already.'],
  audit_not_found: ['not_found', 'There is no row of this id in the audit log.'],
  option_not_taken: [
    'conflict',
    'This option cannot be used in the current state: leave the option out, or check the state.',
  ],
  illegal_transition: ['conflict', 'The state does not allow this.'],
  payout_channel_unknown: ['invalid', 'No money can be paid out to this bank or e-wallet.'],
  bank_account_invalid: [
    'invalid',
    'The account number or the name of its holder is not one that this bank or e-wallet has.',
  ],
  database_unavailable: ['unavailable', 'The database cannot be reached; nothing was changed, try again.'],
  database_in_doubt: [
    'unavailable',
    'This database was restored, promoted or copied: no money moves until laku payments adopt has taken over what the provider knows.',
  ],
  database_known: ['conflict', 'This is the database that laku knows: there is nothing to adopt.'],
  busy: ['unavailable', 'The database was too busy to finish this; nothing was changed, try again.'],
  clock_is_real: ['conflict', 'Only the clock of a development database is moved, and only forward.'],
  nothing_to_explain: ['not_found', 'Nothing that money is about has this id, code, account key or amount.'],
})
