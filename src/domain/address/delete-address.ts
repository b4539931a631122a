import { sql } from 'kysely'
import type { Work } from '../kernel/index.ts'
import { lockUser } from '../user/index.ts'
import { auditStaff } from './owner.ts'
import { addressFor } from './read-addresses.ts'

/**
 * Deletes an address; orders to this address keep a copy of their own. If the address was the default, the
 * user's newest remaining address becomes the default.
 * @throws kernel.forbidden, address.not_found
 */
export async function deleteAddress(work: Work, id: string): Promise<void> {
  const { userId } = await addressFor(work, id)
  await lockUser(work, userId)
  // The address is read again under the lock on the user's row. Before this lock, another transaction may
  // have deleted the address, or made another address the default.
  const { isDefault } = await addressFor(work, id)
  const gone = { deletedAt: work.now, isDefault: false }
  await work.tx.updateTable('addresses').set(gone).where('id', '=', id).execute()
  auditStaff(work, 'delete', id)
  if (!isDefault) return
  await sql`
    update addresses set is_default = true where id = (
      select id from addresses where user_id = ${userId} and deleted_at is null order by id desc limit 1
    )`.execute(work.tx)
}
