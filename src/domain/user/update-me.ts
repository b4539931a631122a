import { requireCustomer, type Work } from '../kernel/index.ts'
import { wayInErrors } from '../way-in/index.ts'
import { userErrors } from './errors.ts'
import { getMe, type Locale, type UserView, userById } from './read-users.ts'
import { lockUser } from './register-user.ts'
import { setEmail } from './set-email.ts'

export interface UpdateMe {
  name?: string | undefined
  /** The customer's new email address; null removes the present address, and then no mail is sent. */
  email?: string | null | undefined
  locale?: Locale | undefined
}

/**
 * Changes only the given fields of the acting customer. A new email address receives notices. To receive
 * one-time codes too, it must be set with a code to the phone (`proven`) and then confirmed. An address that
 * receives one-time codes can be changed only with a code to the phone.
 * @throws kernel.forbidden, user.not_found, way_in.proof_needed
 */
export async function updateMe(
  work: Work,
  { name, email, locale }: UpdateMe,
  { proven = false }: { proven?: boolean } = {},
): Promise<UserView> {
  const userId = requireCustomer(work.actor)
  await lockUser(work, userId)
  const before = await userById(work.tx, userId)
  if (!before || before.status === 'deleted') throw userErrors.not_found()
  await work.tx
    .updateTable('users')
    .set({ name, locale, updatedAt: work.now })
    .where('id', '=', userId)
    .execute()
  if (email !== undefined) {
    const isWayIn = before.emailConfirmedAt !== null && email !== before.email
    if (isWayIn && !proven) throw wayInErrors.proof_needed()
    const old = await setEmail(work, before, { userId, email, proven })
    if (old !== undefined)
      work.audit({
        command: 'users me email',
        subject: ['user', userId],
        before: { email: old },
        after: { changed: ['email'] },
      })
  }
  return await getMe(work)
}
