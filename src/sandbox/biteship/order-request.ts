import { type Fields, fieldsOf, textOf } from '../fields.ts'
import { COURIER_SERVICES, type CourierService, postalCodeOf, quote } from './couriers.ts'
import { biteshipError } from './errors.ts'
import { isKnownPlace, placeIn, sumItems } from './rates.ts'

/** A request for an order after its checks, with its price. */
export interface NewOrder {
  courier: CourierService
  origin: object
  destination: object
  shipper: object
  items: unknown[]
  referenceId: string | null
  deliveryType: 'now' | 'scheduled'
  deliveryDate: string | null
  deliveryTime: string | null
  note: string | null
  metadata: unknown
  priceIdr: number
  weightG: number
  valueIdr: number
}

/** The required fields of an order, in the order in which Biteship complains about them. */
const REQUIRED: readonly [field: string, code: number, message: string][] = [
  ['origin_contact_name', 40002014, 'Please make sure origin contact name is filled'],
  ['origin_contact_phone', 40002015, 'Please make sure origin contact phone is filled'],
  ['origin_address', 40002016, 'Please make sure origin address is filled'],
  ['destination_contact_name', 40002017, 'Please make sure destination contact name is filled'],
  ['destination_contact_phone', 40002018, 'Please make sure destination contact phone is filled'],
  ['destination_address', 40002019, 'Please make sure destination address is filled'],
]

/**
 * Checks a request for an order and returns its contents. Throws the 400 that Biteship documents (400020xx)
 * for each fault.
 */
export function readNewOrder(request: unknown): NewOrder {
  const body = fieldsOf(request)
  const deliveryType = body.delivery_type
  if (deliveryType === undefined)
    throw biteshipError(400, 40002005, "Please specify whether it's a 'now' or 'scheduled' delivery type")
  if (deliveryType !== 'now' && deliveryType !== 'scheduled')
    throw biteshipError(400, 40002006, 'Please make sure to input the right delivery type value')
  const destination = placeIn(body, 'destination')
  if (!destination)
    throw biteshipError(400, 40002010, 'Either destination needs to have postal code or coordinate')
  const origin = placeIn(body, 'origin')
  if (!origin) throw biteshipError(400, 40002011, 'Either origin needs to have postal code or coordinate')
  for (const [field, code, message] of REQUIRED)
    if (textOf(body[field]) === undefined) throw biteshipError(400, code, message)
  if (!isKnownPlace(origin) || !isKnownPlace(destination))
    throw biteshipError(400, 40002020, 'Failed due to invalid or missing postal code')
  const courier = courierIn(body)
  const items = sumItems(body.items)
  if (!items || !Array.isArray(body.items))
    throw biteshipError(400, 40002028, 'Items need a name, value, quantity and weight each')
  const from = postalCodeOf(origin)
  const to = postalCodeOf(destination)
  return {
    courier,
    origin: sideOf(body, 'origin', from),
    destination: sideOf(body, 'destination', to),
    shipper: {
      name: textOf(body.shipper_contact_name) ?? body.origin_contact_name,
      phone: textOf(body.shipper_contact_phone) ?? body.origin_contact_phone,
      email: textOf(body.shipper_contact_email) ?? null,
      organization: textOf(body.shipper_organization) ?? null,
    },
    items: body.items,
    referenceId: textOf(body.reference_id) ?? null,
    deliveryType,
    deliveryDate: textOf(body.delivery_date) ?? null,
    deliveryTime: textOf(body.delivery_time) ?? null,
    note: textOf(body.order_note) ?? null,
    metadata: body.metadata ?? {},
    priceIdr: quote(courier, from, to, items.weightG).priceIdr,
    ...items,
  }
}

function courierIn(body: Fields): CourierService {
  const company = COURIER_SERVICES.filter((courier) => courier.company === body.courier_company)
  if (company.length === 0) throw biteshipError(400, 40002026, 'Courier company is missing or not known')
  const courier = company.find((candidate) => candidate.type === body.courier_type)
  if (!courier) throw biteshipError(400, 40002027, 'Courier type is missing or not offered by this company')
  return courier
}

function sideOf(body: Fields, side: 'origin' | 'destination', postalCode: number): object {
  return {
    contact_name: body[`${side}_contact_name`],
    contact_phone: body[`${side}_contact_phone`],
    contact_email: textOf(body[`${side}_contact_email`]) ?? null,
    address: body[`${side}_address`],
    note: textOf(body[`${side}_note`]) ?? null,
    postal_code: postalCode,
  }
}
