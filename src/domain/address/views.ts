/** An address as it was when something was ordered to it: later changes do not reach it. */
export interface AddressSnapshot {
  recipientName: string
  /** E.164 */
  phone: string
  street: string
  district: string
  city: string
  province: string
  /** 5 digits */
  postalCode: string
}

/** What its owner sees. */
export interface AddressView extends AddressSnapshot {
  id: string
  label: string
  isDefault: boolean
}

export interface Address extends AddressView {
  userId: string
}

export function snapshotOf(address: AddressSnapshot): AddressSnapshot {
  const { recipientName, phone, street, district, city, province, postalCode } = address
  return { recipientName, phone, street, district, city, province, postalCode }
}

export function addressView({ userId: _, ...view }: Address): AddressView {
  return view
}
