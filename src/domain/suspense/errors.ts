import { defineErrors } from '../kernel/index.ts'

export const suspenseErrors = defineErrors('suspense', {
  not_found: ['not_found', 'There is no such money in suspense.'],
  no_posting: ['not_found', 'Our gateway account has no posting under this key.'],
  known: ['conflict', 'This was put into suspense before.'],
  ambiguous: ['conflict', 'Several amounts lie under this code: name one by its UUID.'],
  no_factory: ['invalid', 'The factory of this money is not known: name one.'],
  no_user: ['invalid', 'The user of this money is not known: name one.'],
  not_of_that: [
    'conflict',
    'This money is known to belong to another payment, user or factory: it can only be given to that one.',
  ],
  no_place: ['conflict', 'This kind of money cannot be given to that.'],
  same_person: ['forbidden', 'Another person has to approve what you asked for.'],
  nothing_asked: ['conflict', 'Nobody asked for a disposal that waits for approval.'],
})
