import { defineErrors } from '../../domain/kernel/index.ts'

/** The errors of the staff server. */
export const staffErrors = defineErrors('staff_door', {
  token_refused: ['forbidden', 'This token is not good here: it is unknown, expired or revoked.'],
  other_version: ['invalid', 'Client and server are of versions that do not understand each other.'],
  no_such_command: ['not_found', 'This server has no such command.'],
  file_too_large: ['invalid', 'The file is larger than 50 MB; divide it.'],
  ending: [
    'unavailable',
    'This server ends and begins no command any more; another does, or it is back soon.',
  ],
  request_unfit: ['invalid', 'The request does not fit; see details.'],
})
