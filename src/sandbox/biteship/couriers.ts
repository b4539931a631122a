/** A courier's service and its charges. */
export interface CourierService {
  company: string
  courierName: string
  type: string
  serviceName: string
  /** The price of the first kilogram if the distance is zero (IDR). */
  baseIdr: number
  /** The delivery time if the distance is zero (days). */
  days: number
  shippingType: 'parcel' | 'freight'
}

const service = (
  company: string,
  courierName: string,
  type: string,
  serviceName: string,
  baseIdr: number,
  days: number,
  shippingType: CourierService['shippingType'] = 'parcel',
): CourierService => ({ company, courierName, type, serviceName, baseIdr, days, shippingType })

export const COURIER_SERVICES: readonly CourierService[] = [
  service('jne', 'JNE', 'reg', 'Reguler', 9_000, 2),
  service('jne', 'JNE', 'yes', 'Yakin Esok Sampai', 18_000, 1),
  service('jne', 'JNE', 'jtr', 'JNE Trucking', 40_000, 4, 'freight'),
  service('sicepat', 'SiCepat', 'reg', 'Reguler', 8_500, 2),
  service('sicepat', 'SiCepat', 'best', 'Besok Sampai Tujuan', 16_000, 1),
  service('anteraja', 'AnterAja', 'reg', 'Reguler', 8_000, 2),
  service('anteraja', 'AnterAja', 'next_day', 'Next Day', 15_000, 1),
  service('jnt', 'J&T', 'ez', 'EZ', 9_500, 2),
  service('tiki', 'TIKI', 'reg', 'Reguler', 9_000, 3),
  service('ninja', 'Ninja', 'standard', 'Standard', 8_000, 3),
  service('pos', 'Pos Indonesia', 'reg', 'Pos Reguler', 7_500, 4),
]

/**
 * Returns the postal code of a place. If the place is given by an area id or by coordinates, the code is
 * derived from these. So it is always the same for the same place.
 */
export function postalCodeOf(place: {
  postalCode?: number
  areaId?: string
  latitude?: number
  longitude?: number
}) {
  if (place.postalCode !== undefined) return place.postalCode
  if (place.areaId !== undefined) return Number(/(\d{5})$/.exec(place.areaId)?.[1] ?? 10_110)
  return 10_000 + (Math.abs(Math.round(((place.latitude ?? 0) * 7 + (place.longitude ?? 0)) * 100)) % 80_000)
}

/**
 * Returns the price (whole IDR) and the delivery days of a service between two postal codes for a weight in
 * grams. Each begun kilogram is charged. But the couriers tolerate 0.3 kg, so 1.3 kg counts as 1 kg. The
 * distance is taken from the first digits of the two postal codes.
 */
export function quote(courier: CourierService, origin: number, destination: number, weightG: number) {
  const zones = Math.min(8, Math.abs(Math.floor(origin / 10_000) - Math.floor(destination / 10_000)))
  const neighbourhood = (origin + destination) % 5
  const kilograms = Math.max(1, Math.ceil((weightG - 300) / 1000))
  const perKgIdr = courier.baseIdr + zones * 2_500 + neighbourhood * 200
  const days = courier.days + Math.floor(zones / 3)
  const kilogramsCharged =
    courier.shippingType === 'freight' ? Math.max(1, Math.ceil(kilograms / 10)) : kilograms
  return { priceIdr: perKgIdr * kilogramsCharged, fromDays: days, toDays: days + 1 }
}
