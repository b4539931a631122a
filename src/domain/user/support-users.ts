import { requireStaff, type Work } from '../kernel/index.ts'
import { recordChange, wayInErrors } from '../way-in/index.ts'
import { coolOff } from './cool-off.ts'
import { userErrors } from './errors.ts'
import { normalizePhone } from './phone.ts'
import { type Locale, type User, userById, userByPhone } from './read-users.ts'
import { lockUser, registerUser } from './register-user.ts'
import { type OldEmail, setEmail } from './set-email.ts'

export interface UserChanges {
  phone?: string | undefined
  name?: string | undefined
  email?: string | null | undefined
  locale?: Locale | undefined
  /** Whether the caller told support the code that was sent to the new phone number. */
  phoneProven?: boolean | undefined
}

/**
 * Creates a user for a person who calls support. If a user with this phone number exists, that user is
 * returned.
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
 * Changes a user's data, at the request of support staff. A change of the phone number or email address has
 * consequences. The old holder, or the phone of an account that had no confirmed address, is notified (by the
 * event way_in.changed) and may stop the change. If a number or a confirmed address was replaced, the user's
 * log-ins end, and withdrawals pause for policy.wayInCoolingHours. The audit log keeps the old number or
 * address encrypted, or null if there was none. An email address that support sets never receives one-time
 * codes.
 * @throws user.not_found, phone_invalid, phone_taken, way_in.caller_code_needed, kernel.forbidden
 */
export async function changeUser(work: Work, input: UserChanges & { userId: string }): Promise<User> {
  requireStaff(work.actor, 'support')
  const { userId, phoneProven = false, ...given } = input
  await lockUser(work, userId)
  const before = await userById(work.tx, userId)
  if (!before || before.status === 'deleted') throw userErrors.not_found()
  const changed = Object.entries(given).flatMap(([key, value]) => (value === undefined ? [] : [key]))
  const { name, email, locale } = given
  const phone = given.phone === undefined ? undefined : await freePhone(work, userId, given.phone)
  if (phone !== undefined && phone !== before.phone && !phoneProven) throw wayInErrors.caller_code_needed()
  await work.tx
    .updateTable('users')
    .set({ phone, name, locale, updatedAt: work.now })
    .where('id', '=', userId)
    .execute()
  const old: Record<string, OldEmail> = {}
  if (phone !== undefined && phone !== before.phone) {
    await coolOff(work, userId)
    const values = { old: before.phone, newValue: phone }
    old.phone = await recordChange(work, { subject: ['user', userId], way: 'phone', ...values })
  }
  if (email !== undefined) {
    const oldEmail = await setEmail(work, before, { userId, email, proven: false })
    if (oldEmail !== undefined) old.email = oldEmail
  }
  const was = Object.keys(old).length > 0 && { before: old }
  work.audit({ command: 'users update', subject: ['user', userId], ...was, after: { changed } })
  return (await userById(work.tx, userId)) as User
}

/**
 * Restores a user's former phone number, because its holder stopped the change to another number. Returns
 * false if another user has the former number now.
 */
export async function restorePhone(work: Work, userId: string, phone: string): Promise<boolean> {
  await lockUser(work, userId)
  const other = await userByPhone(work.tx, phone)
  if (other && other.id !== userId) return false
  await work.tx.updateTable('users').set({ phone, updatedAt: work.now }).where('id', '=', userId).execute()
  await coolOff(work, userId)
  return true
}

/**
 * Restores a user's former email address, because its holder stopped the change. The address receives
 * one-time codes again. With null the user has no address afterwards.
 */
export async function restoreEmail(work: Work, userId: string, email: string | null): Promise<void> {
  await lockUser(work, userId)
  const since = email === null ? null : work.now
  await work.tx
    .updateTable('users')
    .set({ email, emailProvenAt: since, emailConfirmedAt: since, updatedAt: work.now })
    .where('id', '=', userId)
    .execute()
  await coolOff(work, userId)
}

/**
 * Checks a new phone number that support wants to set for a user. Returns it in E.164, with the user's
 * language. The caller then sends a code to it.
 * @throws user.not_found, phone_invalid, phone_taken, kernel.forbidden
 */
export async function numberToProve(
  work: Work,
  { userId, phone: written }: { userId: string; phone: string },
): Promise<{ phone: string; locale: Locale }> {
  requireStaff(work.actor, 'support')
  const user = await userById(work.tx, userId)
  if (!user || user.status === 'deleted') throw userErrors.not_found()
  return { phone: await freePhone(work, userId, written), locale: user.locale }
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
