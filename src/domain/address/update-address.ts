import type { Work } from '../kernel/index.ts'
import { auditStaff } from './owner.ts'
import { getAddress } from './read-addresses.ts'
import { type AddressChanges, normalized } from './rules.ts'
import type { AddressView } from './views.ts'

/**
 * Changes the given fields of an address; earlier orders to this address keep their snapshot.
 * @throws kernel.forbidden, address.not_found, address.postal_code_invalid, user.phone_invalid
 */
export async function updateAddress(work: Work, id: string, changes: AddressChanges): Promise<AddressView> {
  const before = await getAddress(work, id)
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
  const set = { ...given, ...normalized(changes) }
  if (Object.keys(set).length === 0) return before
  await work.tx
    .updateTable('addresses')
    .set(set)
    .where('id', '=', id)
    .where('deletedAt', 'is', null)
    .execute()
  auditStaff(work, 'update', id, { changed: Object.keys(set) })
  return await getAddress(work, id)
}
