import { sql } from 'kysely'
import type { Work } from '../../kernel/index.ts'
import { lockUserWholly, userByPhone } from '../../user/index.ts'
import { openThings } from '../privacy/open-things.ts'
import { eraseUser } from '../privacy/privacy.ts'

/**
 * Frees a phone number that its holder stopped from being changed. The holder may have logged in with it
 * meanwhile, and so have got a new, empty account. That account is erased, but only if it was made after the
 * change (`since`) and was never used.
 */
export async function freeNumber(
  work: Work,
  { phone, userId, since }: { phone: string; userId: string; since: Date },
): Promise<void> {
  const other = await userByPhone(work.tx, phone)
  if (!other || other.id === userId) return
  await lockUserWholly(work, other.id)
  const { rows } = await sql`
    select from users u where u.id = ${other.id} and u.created_at >= ${since}
      and not exists (select from orders where user_id = u.id)
      and not exists (select from group_participants where user_id = u.id)
      and not exists (select from payments where user_id = u.id)`.execute(work.tx)
  const isUnused = rows.length > 0 && Object.keys(await openThings(work.tx, other.id)).length === 0
  // The messages to this number stay, because they belong to the holder's first account too.
  if (isUnused) await eraseUser(work, { ...other, phone: null })
}
