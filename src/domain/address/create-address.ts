import { insertRows, newId, type Work } from '../kernel/index.ts'
import { lockUser } from '../user/index.ts'
import { clearDefault, hasDefault } from './default-address.ts'
import { auditStaff, ownerOf } from './owner.ts'
import { getAddress } from './read-addresses.ts'
import { type AddressInput, normalized } from './rules.ts'
import type { AddressView } from './views.ts'

/**
 * Creates an address of the customer who acts, or of a user whom support names. The user's first address
 * becomes the default address. So does an address that is created with `isDefault`.
 * @throws kernel.forbidden, address.postal_code_invalid, user.phone_invalid
 */
export async function createAddress(
  work: Work,
  {
    isDefault = false,
    userId: named,
    ...input
  }: AddressInput & { isDefault?: boolean | undefined; userId?: string | undefined },
): Promise<AddressView> {
  const userId = ownerOf(work, named)
  const checked = { ...input, ...normalized(input), areaId: input.areaId ?? null }
  // The lock lets one address of a user be created at a time. Otherwise two first addresses could both become
  // the default.
  await lockUser(work, userId)
  const first = !(await hasDefault(work, userId))
  if (isDefault && !first) await clearDefault(work, userId)
  const id = newId()
  const row = { id, userId, ...checked, isDefault: isDefault || first, createdAt: work.now }
  await insertRows(work.tx, 'addresses', [row])
  auditStaff(work, 'create', id)
  return await getAddress(work, id)
}
