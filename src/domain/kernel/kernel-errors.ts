import { defineErrors } from './errors.ts'

/** The errors that belong to no single domain. */
export const kernelErrors = defineErrors('kernel', {
  forbidden: ['forbidden', 'Your role does not allow this. Ask a person with one of the roles in `needs`.'],
  user_erased: ['not_found', 'This account was deleted and can no longer be used. Use another account.'],
  approver_not_independent: [
    'forbidden',
    "You cannot approve this: one of you added the other to the staff, or within the last day changed the other's token, role or second factor. A third person must approve it.",
    'kernel.same_hands',
  ],
  second_factor_needed: [
    'forbidden',
    'A code of your own second factor is needed. Run the command again with --code and the code that your authenticator app shows.',
  ],
  second_factor_missing: [
    'forbidden',
    'A second factor is needed, and you have none. Set one up with laku auth factor enrol; you can use it one day after you confirm it.',
  ],
  factor_too_new: [
    'forbidden',
    'Your second factor is less than a day old, so you cannot approve what others asked for yet. Wait until it is a day old, or ask another person.',
  ],
  role_too_new: [
    'forbidden',
    'You have had your role for less than a day, so you cannot approve what others asked for yet. Wait until you have had it for a whole day, or ask another person.',
  ],
  own_act: [
    'forbidden',
    'This item is about you, about an act that you took part in, or about somebody who let you in or whom you let in, so you cannot resolve it. A person who has nothing to do with it must run laku attention resolve. An item about staff ends by itself after a week.',
  ],
  second_person_needed: [
    'forbidden',
    'This needs a second person: together with your earlier decisions the amount is above the limit of one person, or you took the bank file that it is about. Ask another person to run the command shown here, then run your own command again.',
  ],
  changed_since_asked: [
    'conflict',
    'Since this was asked for, the receiver or the person who asked has changed; see `changes`. Check whether it is still right, then run the command again with --seen, or reject it.',
  ],
  not_a_person: [
    'forbidden',
    'This step needs two people; a service, laku itself or a provider does not count as a person. A person must request the step, and another person must approve it.',
  ],
  reason_required: [
    'invalid',
    'This change needs a reason. Give one with --reason, or in the header x-reason.',
  ],
  idempotency_key_reused: [
    'conflict',
    'This idempotency key was already used with another request. Send this request with a new key.',
  ],
  idempotency_in_progress: [
    'conflict',
    'A request with this idempotency key is still running. Wait a few seconds, then send the same request again.',
  ],
  paused: ['unavailable', 'Our staff have paused this kind of action for now. Try again later.'],
  switch_not_found: [
    'not_found',
    'There is no switch with this name. See the names with laku switches list.',
  ],
  attention_not_found: [
    'not_found',
    'No attention item has this id. See the open items with laku attention list.',
  ],
  attention_resolved: ['conflict', 'This attention item is already resolved. No action is needed.'],
  audit_not_found: ['not_found', 'The audit log has no row with this id. See the rows with laku audit list.'],
  option_not_taken: [
    'conflict',
    'The option named in `option` cannot be used now, for the reason in `why`. Leave this option out.',
  ],
  illegal_transition: [
    'conflict',
    'This is not possible in the current state. Check the state that the details name; `allowed` lists the states that can follow it.',
  ],
  payout_channel_unknown: [
    'invalid',
    'No money can be sent to this bank or e-wallet, because laku does not know its code. Choose one of the codes in `known`.',
  ],
  bank_account_invalid: [
    'invalid',
    'The account number does not fit this bank or e-wallet, or the name of the holder is missing. Correct them, then try again.',
  ],
  database_unavailable: [
    'unavailable',
    'The database cannot be reached; nothing was changed. Try again in a few seconds.',
  ],
  database_in_doubt: [
    'unavailable',
    'No money can move now, because this database was restored, promoted or copied. Our staff must first run laku payments adopt.',
  ],
  database_known: [
    'conflict',
    'laku already knows this database, so there is nothing to adopt. No action is needed.',
  ],
  busy: [
    'unavailable',
    'The database was too busy to finish this; nothing was changed. Try again in a few seconds.',
  ],
  clock_is_real: [
    'conflict',
    'This clock cannot be moved. Only the clock of a development database can, and only forward.',
  ],
  nothing_to_explain: [
    'not_found',
    'No money belongs to this id, code, account key or amount. Check what you typed; laku ledger explain --help lists what you can give.',
  ],
})
