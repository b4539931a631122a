import { defineErrors } from '../kernel/index.ts'

export const suspenseErrors = defineErrors('suspense', {
  not_found: ['not_found', 'There is no such money in suspense.'],
  no_posting: ['not_found', 'Our gateway account has no posting under this key.'],
  known: ['conflict', 'This was put into suspense before.'],
  ambiguous: ['conflict', 'Several amounts lie under this code: name one by its UUID.'],
  no_factory: ['invalid', 'It is of no factory that is known: name one.'],
  no_user: ['invalid', 'It is of no user that is known: name one.'],
  not_of_that: ['conflict', 'It is known to be of another one: it can only be given to what it is of.'],
  no_place: ['conflict', 'This kind of money cannot be given to that.'],
  same_person: ['forbidden', 'Another person has to approve what you asked for.'],
  nothing_asked: ['conflict', 'Nobody asked for a disposal that waits for approval.'],
})
