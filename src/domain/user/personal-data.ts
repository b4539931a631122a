import { moveStatement, type PersonalTable } from '../kernel/index.ts'
import { userMachine } from './transitions.ts'

/** The columns of the table `users` that hold personal data, and how they are erased for a user. */
export const userPersonalData: readonly PersonalTable[] = [
  {
    table: 'users',
    columns: [
      'phone',
      'name',
      'email',
      'email_proven_at',
      'email_confirmed_at',
      'locale',
      'suspended_because',
    ],
    erase: ({ userId, now }) =>
      moveStatement(userMachine, {
        to: 'deleted',
        ids: [userId],
        set: {
          deletedAt: now,
          updatedAt: now,
          phone: null,
          name: null,
          email: null,
          emailProvenAt: null,
          emailConfirmedAt: null,
          withdrawalsFrom: null,
          locale: 'id',
          suspendedBecause: null,
          closingSince: null,
          closingDueAt: null,
        },
      }),
  },
]
