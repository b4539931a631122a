import { defineErrors } from '../kernel/index.ts'

export const authErrors = defineErrors('auth', {
  otp_limited: ['limited', 'Too many codes were asked for; wait and try again.'],
  proof_needed: [
    'limited',
    'Many codes were asked for or guessed from here; work out the puzzle and ask again, or wait, or write MASUK to us on WhatsApp.',
  ],
  channel_not_yet: [
    'limited',
    'The code was sent a moment ago; it may go another way after the seconds in Retry-After.',
  ],
  sent_often_enough: ['conflict', 'This code was sent as often as it may be; ask for a new one.'],
  purpose_refused: ['forbidden', 'Log in, and ask for this code by your own number.'],
  code_wrong: ['invalid', 'The code is wrong.'],
  code_expired: ['invalid', 'This code was used or replaced, or its time is over; ask for a new one.'],
  user_suspended: ['forbidden', 'This account is suspended.'],
  refresh_invalid: ['forbidden', 'This log-in is over; log in again.'],
  staff_name_taken: [
    'conflict',
    'Somebody of the staff has or had this name, perhaps in other letters (Ana, ana): choose another.',
  ],
  staff_name_refused: ['invalid', 'A name does not read like an id: give one that people say.'],
  staff_not_found: ['not_found', 'There is no such active member of staff.'],
  in_other_hands: [
    'forbidden',
    "An administrator's token is given by who let them in, and by themselves; the owner of the database lets another in.",
  ],
  token_needs_end: ['invalid', "Only a service's token has no end: give --days."],
  role_held: ['conflict', 'They have this role already.'],
  factor_there: [
    'conflict',
    'You have a second factor: give a code of it with --code, or ask an administrator to reset it.',
  ],
  factor_not_begun: [
    'conflict',
    'No enrolling is under way, or it began over an hour ago: begin with laku auth factor enrol.',
  ],
  factor_missing: ['not_found', 'They have no second factor.'],
  factor_code_wrong: [
    'forbidden',
    'The code is wrong: take the one that the app shows now, and see that the telephone keeps its time by itself.',
  ],
  factor_code_used: ['forbidden', 'This code has counted once: wait for the next one, 30 seconds at most.'],
  factor_limited: ['limited', 'Too many wrong codes: wait a moment and try again.'],
  command_key_reused: [
    'conflict',
    'This key was used for another command; a command is said again word for word, or under a key of its own.',
  ],
  command_run_not_found: ['not_found', 'There is no such command of yours; quick reads are not kept.'],
  command_run_lost: [
    'conflict',
    'This server was silent for too long, and another one runs the command: ask what came of it by its id.',
  ],
  command_run_over: ['conflict', 'It runs no more: there is nothing to stop.'],
  own_rights: ['conflict', 'Nobody takes their own rights away; ask another admin.'],
})
