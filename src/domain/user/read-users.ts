import { sql } from 'kysely'
import { idOrCode, requireCustomer, type Tx, type Work } from '../kernel/index.ts'
import { userErrors } from './errors.ts'
import { normalizePhone } from './phone.ts'
import type { UserStatus } from './transitions.ts'

export type Locale = 'id' | 'en'

export interface User {
  id: string
  /** The user's phone number in E.164; null once the user is deleted. */
  phone: string | null
  name: string | null
  email: string | null
  /**
   * The time at which the user's email address was confirmed; null if it is not. A confirmed address belongs
   * to a person who holds the account's phone and reads the address's mail. Only a confirmed address may
   * receive one-time codes.
   */
  emailConfirmedAt: Date | null
  locale: Locale
  status: UserStatus
}

/** The data about a user that the user may read. */
export type UserView = Omit<User, 'status' | 'emailConfirmedAt'>

export function userView({ status: _, emailConfirmedAt: __, ...view }: User): UserView {
  return view
}

export async function userById(tx: Tx, id: string): Promise<User | undefined> {
  return (await usersById(tx, [id])).get(id)
}

/** Returns users by id. Unknown ids are left out; deleted users are included. */
export async function usersById(tx: Tx, ids: readonly string[]): Promise<Map<string, User>> {
  const { rows } = await sql<User>`
    select id, phone, name, email, email_confirmed_at, locale, status from users where id = any(${ids}::uuid[])`.execute(
    tx,
  )
  return new Map(rows.map((row) => [row.id, row]))
}

/** Returns the user who now has this phone number (E.164). */
export async function userByPhone(tx: Tx, phone: string): Promise<User | undefined> {
  const { rows } = await sql<User>`
    select id, phone, name, email, email_confirmed_at, locale, status from users
    where phone = ${phone} and status <> 'deleted'`.execute(tx)
  return rows[0]
}

/**
 * Tells whether a phone number, in any notation, belongs to the acting customer.
 * @throws user.phone_invalid
 */
export async function isOwnPhone(work: Work, written: string): Promise<boolean> {
  const user = await userByPhone(work.tx, normalizePhone(written))
  return user?.id === requireCustomer(work.actor)
}

/**
 * Returns the user whom staff name by UUID or by phone number in any notation.
 * @throws user.not_found, phone_invalid
 */
export async function requireUser(tx: Tx, named: string): Promise<User> {
  const key = idOrCode(named)
  const user = 'id' in key ? await userById(tx, key.id) : await userByPhone(tx, normalizePhone(named))
  if (!user) throw userErrors.not_found()
  return user
}

/**
 * Returns the data of the acting customer.
 * @throws kernel.forbidden, user.not_found
 */
export async function getMe(work: Work): Promise<UserView> {
  const user = await userById(work.tx, requireCustomer(work.actor))
  if (!user || user.status === 'deleted') throw userErrors.not_found()
  return userView(user)
}
