import { normalizePhone } from '../user/index.ts'
import { addressErrors } from './errors.ts'
import type { AddressSnapshot } from './views.ts'

export interface AddressInput extends Omit<AddressSnapshot, 'phone' | 'areaId'> {
  label: string
  /** The recipient's phone number in any notation; it is stored as E.164. */
  phone: string
  /** Biteship's id of the area; a change of the postal code removes this id. */
  areaId?: string | null | undefined
}

export type AddressChanges = { [K in keyof AddressInput]?: AddressInput[K] | undefined }

/**
 * Returns the stored form of those given fields that are not stored as typed, such as the phone number. All
 * other fields are left out.
 * @throws address.postal_code_invalid, user.phone_invalid
 */
export function normalized({ phone, postalCode, areaId }: AddressChanges): {
  phone?: string
  areaId?: string | null
} {
  if (postalCode !== undefined && !/^[0-9]{5}$/.test(postalCode)) throw addressErrors.postal_code_invalid()
  return {
    ...(phone === undefined ? {} : { phone: normalizePhone(phone) }),
    ...(postalCode !== undefined && areaId === undefined ? { areaId: null } : {}),
  }
}
