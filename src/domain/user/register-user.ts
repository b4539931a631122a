import { sql } from 'kysely'
import { insertRows, newId, type Work } from '../kernel/index.ts'
import { normalizePhone } from './phone.ts'
import { type User, userByPhone } from './read-users.ts'

/**
 * The user of this number, made where there is none. A name is taken for a new user only: whoever logs in
 * again does not rename themselves by it.
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
  // Not ours where another transaction registered the same number a moment before.
  return (await userByPhone(work.tx, phone)) as User
}

/**
 * Makes what follows wait for everything of this user that is under way, and everything of theirs wait for
 * it: who writes of a user holds a lock on them (`for key share`, as every reference to them does) until the
 * commit.
 */
export async function lockUserWholly(work: Work, userId: string): Promise<void> {
  await sql`select 1 from users where id = ${userId} for update`.execute(work.tx)
}

/** Makes what follows wait for every other transaction that changes things of this user one at a time. */
export async function lockUser(work: Work, userId: string): Promise<void> {
  await sql`select 1 from users where id = ${userId} for no key update`.execute(work.tx)
}
