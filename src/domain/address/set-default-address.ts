import type { Work } from '../kernel/index.ts'
import { lockUser } from '../user/index.ts'
import { clearDefault } from './default-address.ts'
import { auditStaff } from './owner.ts'
import { addressFor, getAddress } from './read-addresses.ts'
import type { AddressView } from './views.ts'

/**
 * Makes this address the default of the customer who acts.
 * @throws kernel.forbidden, address.not_found
 */
export async function setDefaultAddress(work: Work, id: string): Promise<AddressView> {
  const { userId } = await addressFor(work, id)
  await lockUser(work, userId)
  const address = await getAddress(work, id)
  if (address.isDefault) return address
  await clearDefault(work, userId)
  await work.tx.updateTable('addresses').set({ isDefault: true }).where('id', '=', id).execute()
  auditStaff(work, 'set-default', id)
  return { ...address, isDefault: true }
}
