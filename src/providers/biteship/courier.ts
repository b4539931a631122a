import { ProviderFailure } from '../../domain/kernel/provider-failure.ts'
import type {
  CourierGateway,
  CourierItem,
  CourierPlace,
  NewCourierOrder,
} from '../../domain/logistics/courier.ts'
import type { BreakerOptions } from '../circuit-breaker.ts'
import { createProviderHttp, type HeardAnswer } from '../http.ts'
import { trunkPhone } from '../phone.ts'
import { biteshipErrorIn, cancelAnswer, DUPLICATE_REFERENCE, orderAnswer, ratesAnswer } from './answers.ts'

export interface BiteshipOptions {
  /** The base address of Biteship's API: `https://api.biteship.com`, or the sandbox's. */
  url: string
  apiKey: string
  /** The couriers that are asked for rates when the caller names none; Biteship wants at least one. */
  couriers?: readonly string[]
  /** The timeout of one call to Biteship (ms). Default 10 s. */
  timeoutMs?: number
  breaker?: BreakerOptions
  heard?: ((answer: HeardAnswer) => void) | undefined
}

/** The couriers that are asked for rates when the caller names none. */
export const COURIERS: readonly string[] = ['jne', 'sicepat', 'jnt', 'anteraja']

/**
 * Creates the client of Biteship, which passes orders on to couriers. The API key is sent unchanged in the
 * header `authorization`, without a scheme such as Bearer.
 */
export function createBiteshipCourier(options: BiteshipOptions): CourierGateway {
  const { couriers = COURIERS } = options
  const http = createProviderHttp({
    ...options,
    provider: 'biteship',
    headers: { authorization: options.apiKey },
    errorIn: biteshipErrorIn,
  })
  const getOrder = (id: string) =>
    http.call(
      { operation: 'get_order', method: 'GET', path: `/v1/orders/${encodeURIComponent(id)}` },
      orderAnswer,
    )

  return {
    getOrder,
    rates: (query) =>
      http.call(
        {
          operation: 'rates',
          method: 'POST',
          path: '/v1/rates/couriers',
          json: {
            origin_postal_code: Number(query.originPostalCode),
            destination_postal_code: Number(query.destinationPostalCode),
            couriers: (query.couriers ?? couriers).join(','),
            items: query.items.map(itemRequest),
          },
        },
        ratesAnswer,
      ),
    async createOrder(order) {
      try {
        return await http.call(
          { operation: 'create_order', method: 'POST', path: '/v1/orders', json: orderRequest(order) },
          orderAnswer,
        )
      } catch (error) {
        const existing = duplicateOf(error)
        if (existing === undefined) throw error
        return await getOrder(existing)
      }
    },
    async cancelOrder(id, reasonCode) {
      const path = `/v1/orders/${encodeURIComponent(id)}/cancel`
      const json = { cancellation_reason_code: reasonCode }
      return await http.call({ operation: 'cancel_order', method: 'POST', path, json }, cancelAnswer)
    },
  }
}

/**
 * Returns the id of an earlier order if Biteship refused the new order because both orders have the same
 * reference. Otherwise returns undefined.
 */
function duplicateOf(error: unknown): string | undefined {
  if (!(error instanceof ProviderFailure) || error.code !== DUPLICATE_REFERENCE) return undefined
  const { orderId } = error.details
  return typeof orderId === 'string' ? orderId : undefined
}

function itemRequest({ name, valueIdr, quantity, weightG }: CourierItem) {
  return { name, value: valueIdr, quantity, weight: weightG }
}

function placeRequest(side: 'origin' | 'destination', place: CourierPlace) {
  return {
    [`${side}_contact_name`]: place.contactName,
    [`${side}_contact_phone`]: trunkPhone(place.contactPhone),
    [`${side}_address`]: place.address,
    [`${side}_postal_code`]: Number(place.postalCode),
    ...(place.areaId === undefined ? {} : { [`${side}_area_id`]: place.areaId }),
  }
}

function orderRequest(order: NewCourierOrder) {
  return {
    reference_id: order.referenceId,
    ...placeRequest('origin', order.origin),
    ...placeRequest('destination', order.destination),
    courier_company: order.company,
    courier_type: order.type,
    delivery_type: 'now',
    items: order.items.map(itemRequest),
    order_note: order.note,
  }
}
