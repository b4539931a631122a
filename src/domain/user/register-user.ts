import { sql } from 'kysely'
import { insertRows, newId, type Work } from '../kernel/index.ts'
import { normalizePhone } from './phone.ts'
import { type User, userByPhone } from './read-users.ts'

/**
 * Returns the user with this phone number, and creates the user if there is none. `name` is used only for a
 * new user: a later log-in does not rename the user.
 * @throws user.phone_invalid
 */
export async function registerUser(
  work: Work,
  input: { phone: string; name?: string | undefined },
): Promise<User> {
  const phone = normalizePhone(input.phone)
  const known = await userByPhone(work.tx, phone)
  if (known) return known
  const row = {
    id: newId(),
    phone,
    name: input.name ?? null,
    locale: 'id',
    status: 'active',
    createdAt: work.now,
    updatedAt: work.now,
  }
  const [id] = await insertRows(work.tx, 'users', [row], { onConflictDoNothing: true, returning: 'id' })
  if (id) work.emit({ type: 'user.registered', aggregate: ['user', id], payload: { userId: id } })
  // If another transaction registered the same phone number a moment before, that transaction's user is
  // returned.
  return (await userByPhone(work.tx, phone)) as User
}

/**
 * Locks a user against every other transaction that writes rows about the user. Every foreign key to the user
 * takes a lock on the user (`for key share`), which conflicts with this lock. So such transactions wait for
 * this one, and this one waits for them.
 */
export async function lockUserWholly(work: Work, userId: string): Promise<void> {
  await sql`select 1 from users where id = ${userId} for update`.execute(work.tx)
}

/** Locks a user's row. Transactions that call this function for the same user run one after the other. */
export async function lockUser(work: Work, userId: string): Promise<void> {
  await sql`select 1 from users where id = ${userId} for no key update`.execute(work.tx)
}
