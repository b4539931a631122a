import type { SandboxContext } from '../context.ts'
import { type Fields, fieldsOf, textOf } from '../fields.ts'
import { COURIER_SERVICES, type CourierService, postalCodeOf, quote } from './couriers.ts'
import { biteshipError } from './errors.ts'

export interface Place {
  postalCode?: number
  areaId?: string
  latitude?: number
  longitude?: number
}

/**
 * Returns the origin or the destination of a request, by postal code, area id or coordinates; undefined if
 * none is given.
 */
export function placeIn(body: Fields, side: 'origin' | 'destination'): Place | undefined {
  const coordinate = fieldsOf(body[`${side}_coordinate`])
  const postalCode = Number(body[`${side}_postal_code`] ?? Number.NaN)
  const areaId = textOf(body[`${side}_area_id`])
  const latitude = Number(body[`${side}_latitude`] ?? coordinate.latitude ?? Number.NaN)
  const longitude = Number(body[`${side}_longitude`] ?? coordinate.longitude ?? Number.NaN)
  if (areaId !== undefined) return { areaId }
  if (Number.isInteger(postalCode)) return { postalCode }
  if (Number.isFinite(latitude) && Number.isFinite(longitude)) return { latitude, longitude }
  return undefined
}

/**
 * Returns false if a place has an impossible postal code. A possible code has five digits and does not begin
 * with 0. A place without a postal code is accepted.
 */
export function isKnownPlace(place: Place): boolean {
  return place.postalCode === undefined || (place.postalCode >= 10_000 && place.postalCode <= 99_999)
}

/** Adds up weight (g) and value (IDR) of all items; returns undefined if one of them cannot be read. */
export function sumItems(items: unknown): { weightG: number; valueIdr: number } | undefined {
  if (!Array.isArray(items) || items.length === 0) return undefined
  let weightG = 0
  let valueIdr = 0
  for (const item of items) {
    const { name, value, quantity, weight } = fieldsOf(item)
    if (textOf(name) === undefined || typeof value !== 'number' || value < 0) return undefined
    if (typeof quantity !== 'number' || !(quantity >= 1)) return undefined
    if (typeof weight !== 'number' || !(weight > 0)) return undefined
    weightG += weight * quantity
    valueIdr += value * quantity
  }
  return { weightG, valueIdr }
}

/**
 * Answers `POST /v1/rates/couriers`. Throws 400 with 40001001 (place), 40001002 (items) or 40001010
 * (couriers).
 */
export function ratesAnswer(context: SandboxContext, request: unknown): object {
  const body = fieldsOf(request)
  const origin = placeIn(body, 'origin')
  const destination = placeIn(body, 'destination')
  if (!origin || !destination || !isKnownPlace(origin) || !isKnownPlace(destination))
    throw biteshipError(400, 40001001, 'Failed due to invalid or missing postal code')
  const items = sumItems(body.items)
  if (!items) throw biteshipError(400, 40001002, 'Items need a name, value, quantity and weight each')
  const companies = textOf(body.couriers)
    ?.split(',')
    .map((company) => company.trim())
  const services = COURIER_SERVICES.filter((courier) => companies?.includes(courier.company))
  if (services.length === 0)
    throw biteshipError(400, 40001010, 'No courier available for the requested location')
  const pricing = services.map((courier) =>
    pricingOf(courier, postalCodeOf(origin), postalCodeOf(destination), items.weightG),
  )
  const price = { priced: undefined, one_unpriced: null, one_free: 0 }[context.profile.of('biteship.rates')]
  if (price !== undefined) Object.assign(pricing[0] ?? {}, { price })
  return {
    success: true,
    object: 'courier_pricing',
    message: 'Success to retrieve courier pricing',
    code: 20001007,
    origin: placeAnswer(origin),
    destination: placeAnswer(destination),
    pricing,
  }
}

function placeAnswer(place: Place): object {
  return {
    location_id: null,
    latitude: place.latitude ?? null,
    longitude: place.longitude ?? null,
    postal_code: postalCodeOf(place),
    country_name: 'Indonesia',
    country_code: 'ID',
  }
}

function pricingOf(courier: CourierService, origin: number, destination: number, weightG: number): object {
  const { priceIdr, fromDays, toDays } = quote(courier, origin, destination, weightG)
  return {
    available_for_cash_on_delivery: false,
    available_for_proof_of_delivery: false,
    available_for_instant_waybill_id: true,
    available_for_insurance: true,
    company: courier.company,
    courier_name: courier.courierName,
    courier_code: courier.company,
    courier_service_name: courier.serviceName,
    courier_service_code: courier.type,
    currency: 'IDR',
    description: courier.serviceName,
    duration: `${fromDays} - ${toDays} days`,
    shipment_duration_range: `${fromDays} - ${toDays}`,
    shipment_duration_unit: 'days',
    service_type: courier.days === 1 ? 'overnight' : 'standard',
    shipping_type: courier.shippingType,
    price: priceIdr,
    shipping_fee: priceIdr,
    insurance_fee: 0,
    type: courier.type,
  }
}
