import { defineErrors } from '../kernel/index.ts'

export const authErrors = defineErrors('auth', {
  otp_limited: [
    'limited',
    'Too many codes were requested. Wait for the number of seconds in Retry-After, then ask for one new code.',
  ],
  proof_needed: [
    'limited',
    'Too many codes were requested or guessed from this network. Solve the `puzzle` of this answer and ask again, wait some minutes, or send the word MASUK to us on WhatsApp: we answer with a code.',
  ],
  channel_not_yet: [
    'limited',
    'A code was sent a moment ago. Wait for the number of seconds in Retry-After, then ask for the code by another channel.',
  ],
  sent_often_enough: [
    'conflict',
    'This code was already sent the maximum number of times. Ask for a new code.',
  ],
  purpose_refused: [
    'forbidden',
    'You are not logged in, or this is not your own phone number. Log in, then ask for this code with your own number.',
  ],
  code_wrong: ['invalid', 'The code is wrong. Check the digits, then enter the code again.'],
  code_expired: ['invalid', 'This code has expired, or it was already used or replaced. Ask for a new code.'],
  code_for_another_purpose: [
    'invalid',
    'This code was sent for something else, which `purpose` names. Ask for a code for what you are doing now.',
    'auth.code_expired',
  ],
  user_suspended: ['forbidden', 'This account is suspended, so you cannot log in. Contact customer support.'],
  refresh_invalid: ['forbidden', 'Your log-in has ended. Log in again.'],
  staff_name_taken: [
    'conflict',
    'Another member of staff has this name, or had it before (Ana and ana are the same name). Choose another name.',
  ],
  staff_name_refused: [
    'invalid',
    'This name cannot be the name of a member of staff. Use 2 to 60 letters, digits, dots, hyphens or underscores, like budi.santoso, and nothing that looks like an id or is the name of a role.',
  ],
  staff_not_found: [
    'not_found',
    'No active member of staff has this name or id. See the names with laku auth staff list.',
  ],
  not_their_administrator: [
    'forbidden',
    'You cannot give this administrator a new token: only they or the person who added them can. The owner of the database can add another administrator with laku db migrate --admin.',
    'auth.in_other_hands',
  ],
  token_needs_end: [
    'invalid',
    'This token needs an end, because only the token of a service may have none. Give the number of days with --days.',
  ],
  staff_active: ['conflict', 'This member of staff is not suspended. There is nothing to activate.'],
  role_held: ['conflict', 'This member of staff already has this role. No change is needed.'],
  factor_there: [
    'conflict',
    'You already have a second factor. To replace it, give a code of it with --code, or ask an administrator to run laku auth factor reset.',
  ],
  factor_not_begun: [
    'conflict',
    'There is no second factor to confirm: you started none, or you started it more than an hour ago. Start again with laku auth factor enrol.',
  ],
  factor_missing: ['not_found', 'This member of staff has no second factor. There is nothing to reset.'],
  factor_code_wrong: [
    'forbidden',
    'The code is wrong. Enter the code that your authenticator app shows now, and check that your phone sets its time automatically.',
  ],
  factor_code_used: [
    'forbidden',
    'This code was already used. Wait at most 30 seconds for the next code in your app, then enter that one.',
  ],
  factor_limited: [
    'limited',
    'Too many wrong codes were entered. Wait for the number of seconds in `retry_after_s`, then enter a new code.',
  ],
  command_key_reused: [
    'conflict',
    'This idempotency key was already used for another command. Repeat that same command exactly, or give this command another key with --idempotency-key.',
  ],
  command_run_not_found: [
    'not_found',
    'You have no command with this id (quick reads are not recorded). See your commands with laku commands list.',
  ],
  command_run_lost: [
    'conflict',
    'This server stopped answering for too long, so another server runs the command now. See its result with laku commands show and the id of the command.',
  ],
  command_run_over: [
    'conflict',
    'This command has already ended, so it cannot be stopped. See its result with laku commands show.',
  ],
  own_rights: ['conflict', 'You cannot take away your own rights. Ask another administrator to do it.'],
  last_administrator: [
    'conflict',
    'No other administrator has a valid token, so nobody could let you in again. Get a new token with laku auth staff renew; it ends your old ones.',
  ],
})
