import { defineErrors } from './errors.ts'

/** Errors that belong to no single domain. */
export const kernelErrors = defineErrors('kernel', {
  forbidden: ['forbidden', 'Your role does not allow this.'],
  user_erased: ['not_found', 'This account was deleted.'],
  same_hands: [
    'forbidden',
    'One administrator let both of you in; a person whom another administrator let in has to approve this.',
  ],
  second_person_needed: [
    'forbidden',
    'With what was done before, this is more than one person may do alone. Another person allows it with the command given here; then do it again.',
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
    'What you name does not take this option as it is: leave it away, or look again.',
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
