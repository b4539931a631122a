import { sql } from 'kysely'
import { requireCustomer, type Work } from '../kernel/index.ts'
import { lockUser } from '../user/index.ts'
import { getAddress } from './read-addresses.ts'

/**
 * Deletes an address; what was ordered to it keeps its snapshot. Where it was the default, the newest of those left
 * becomes it.
 * @throws kernel.forbidden, address.not_found
 */
export async function deleteAddress(work: Work, id: string): Promise<void> {
  const userId = requireCustomer(work.actor)
  await lockUser(work, userId)
  const { isDefault } = await getAddress(work, id)
  const gone = { deletedAt: work.now, isDefault: false }
  await work.tx.updateTable('addresses').set(gone).where('id', '=', id).execute()
  if (!isDefault) return
  await sql`
    update addresses set is_default = true where id = (
      select id from addresses where user_id = ${userId} and deleted_at is null order by id desc limit 1
    )`.execute(work.tx)
}
