import { requireStaff, type Work } from '../kernel/index.ts'
import { userErrors } from './errors.ts'
import { normalizePhone } from './phone.ts'
import { type Locale, type User, userById } from './read-users.ts'
import { lockUser, registerUser } from './register-user.ts'

export interface UserChanges {
  phone?: string | undefined
  name?: string | undefined
  email?: string | null | undefined
  locale?: Locale | undefined
}

/**
 * Support registers somebody who called; a number that is known answers its user.
 * @throws user.phone_invalid, kernel.forbidden
 */
export async function createUser(
  work: Work,
  input: { phone: string; name?: string | undefined },
): Promise<User> {
  requireStaff(work.actor, 'support', 'service')
  const user = await registerUser(work, input)
  work.audit({ command: 'users create', subject: ['user', user.id], after: { status: user.status } })
  return user
}

/**
 * Support changes what is known of a user. Which fields is kept in the audit log, and not what was in them.
 * @throws user.not_found, phone_invalid, phone_taken, kernel.forbidden
 */
export async function changeUser(work: Work, input: UserChanges & { userId: string }): Promise<User> {
  requireStaff(work.actor, 'support')
  const { userId, ...given } = input
  await lockUser(work, userId)
  const before = await userById(work.tx, userId)
  if (!before || before.status === 'deleted') throw userErrors.not_found()
  const changed = Object.entries(given).flatMap(([key, value]) => (value === undefined ? [] : [key]))
  const { name, email, locale } = given
  const phone = given.phone === undefined ? undefined : await freePhone(work, userId, given.phone)
  await work.tx
    .updateTable('users')
    .set({ phone, name, email, locale, updatedAt: work.now })
    .where('id', '=', userId)
    .execute()
  work.audit({ command: 'users update', subject: ['user', userId], after: { changed } })
  return (await userById(work.tx, userId)) as User
}

async function freePhone(work: Work, userId: string, written: string): Promise<string> {
  const phone = normalizePhone(written)
  const other = await work.tx
    .selectFrom('users')
    .select('id')
    .where('phone', '=', phone)
    .where('status', '<>', 'deleted')
    .where('id', '<>', userId)
    .executeTakeFirst()
  if (other) throw userErrors.phone_taken({ userId: other.id })
  return phone
}
