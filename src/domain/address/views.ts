/**
 * An address as it was when something was ordered to it: later changes of the address do not affect the
 * order.
 */
export interface AddressSnapshot {
  recipientName: string
  /** The recipient's phone number in E.164. */
  phone: string
  street: string
  district: string
  city: string
  province: string
  /** The postal code: 5 digits. */
  postalCode: string
  /**
   * Biteship's id of the area, where the front end's map gave one: a courier finds the area better by this id
   * than by the postal code.
   */
  areaId?: string | null
}

/** An address as its owner sees it. */
export interface AddressView extends AddressSnapshot {
  id: string
  label: string
  areaId: string | null
  isDefault: boolean
}

export interface Address extends AddressView {
  userId: string
}

export function snapshotOf(address: AddressSnapshot): AddressSnapshot {
  const { recipientName, phone, street, district, city, province, postalCode, areaId } = address
  const snapshot = { recipientName, phone, street, district, city, province, postalCode }
  return areaId ? { ...snapshot, areaId } : snapshot
}

export function addressView({ userId: _, ...view }: Address): AddressView {
  return view
}
