import { defineErrors } from '../../domain/kernel/index.ts'

/** The errors of the staff server. */
export const staffErrors = defineErrors('staff_door', {
  token_refused: [
    'forbidden',
    'This staff token is not valid: it is unknown, expired or revoked. Ask an administrator for a new token, then log in with laku login.',
  ],
  other_version: [
    'invalid',
    'Your laku and the server have versions that do not work together. Install the version in `server_version`.',
  ],
  no_such_command: [
    'not_found',
    'This server does not have this command. Check the spelling with laku --help, or update the server.',
  ],
  no_such_option: [
    'invalid',
    'This server does not know an option of this command. Update the server, or leave the option out.',
  ],
  file_too_large: ['invalid', 'The file is larger than 50 MB. Split it into smaller files.'],
  ending: [
    'unavailable',
    'This server is shutting down and starts no new command. Try again in a few seconds.',
  ],
  installed_over: [
    'unavailable',
    'Another build of laku was installed over this running server, so the server runs no commands. Restart laku serve and laku worker on its host.',
  ],
  request_unfit: ['invalid', 'The request is not valid. Correct what the details name, then send it again.'],
})
