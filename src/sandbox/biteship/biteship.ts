import type { FastifyInstance } from 'fastify'
import { guard, operation, type ProviderFace, sameSecret } from '../before-operation.ts'
import type { SandboxContext } from '../context.ts'
import { fieldsOf, textOf } from '../fields.ts'
import { languageOf } from '../page.ts'
import { COURIER_SERVICES } from './couriers.ts'
import { biteshipError } from './errors.ts'
import {
  cancelOrder,
  createOrder,
  findOrder,
  orderAnswer,
  orderWithHistory,
  type Parcels,
  trackingAnswer,
} from './orders.ts'
import { ratesAnswer } from './rates.ts'
import { lostParcelPage, trackPage } from './track-page.ts'

interface WithId {
  Params: { id: string }
}

/** Serves Biteship's API below `/biteship`: rates, areas, couriers, orders and trackings. */
export function biteshipPlugin(context: SandboxContext, parcels: Parcels) {
  return async (app: FastifyInstance): Promise<void> => {
    guard(app, context, faceOf(context))
    app.post('/v1/rates/couriers', operation('rates'), async (request) => ratesAnswer(context, request.body))
    app.get('/v1/maps/areas', operation('areas'), async (request) => areasAnswer(request.query))
    app.get('/v1/couriers', operation('couriers'), async () => couriersAnswer())
    orderRoutes(app, context, parcels)
    // Buyers open the tracking page, so it needs no API key, and has no rate limit and no faults.
    app.get<WithId>('/track/:id', async (request, reply) => {
      const order = parcels.byTracking.get(request.params.id)
      const language = languageOf(request)
      reply.type('text/html; charset=utf-8').code(order ? 200 : 404)
      return reply.send(order ? trackPage(order, language) : lostParcelPage(language))
    })
  }
}

function faceOf(context: SandboxContext): ProviderFace {
  return {
    provider: 'biteship',
    authenticate(request) {
      const key = request.headers.authorization
      if (key === undefined || key === '')
        throw biteshipError(401, 40101001, 'Authorization header is required')
      if (!sameSecret(key, context.options.biteship.apiKey))
        throw biteshipError(401, 40000001, 'Authorization failed')
    },
    refusal: (code = '40009003') => biteshipError(400, Number(code), 'Payment failed: balance is not enough'),
    failure: () =>
      biteshipError(500, 50000001, "Something's wrong with the server, as the sandbox was told to"),
    limited: () => biteshipError(429, 42900001, 'Too many requests'),
    unreadable: (message) => biteshipError(400, 40000002, message),
  }
}

function orderRoutes(app: FastifyInstance, context: SandboxContext, parcels: Parcels): void {
  app.post('/v1/orders', operation('createOrder'), async (request) =>
    orderAnswer(context, createOrder(context, parcels, request.body)),
  )
  app.get<WithId>('/v1/orders/:id', operation('getOrder'), async (request) =>
    orderWithHistory(context, findOrder(parcels, request.params.id)),
  )
  app.post<WithId>('/v1/orders/:id/cancel', operation('cancelOrder'), async (request) => {
    const order = findOrder(parcels, request.params.id)
    cancelOrder(context, order, request.body)
    return { ...orderAnswer(context, order), message: 'Order successfully cancelled' }
  })
  app.get<WithId>('/v1/trackings/:id', operation('tracking'), async (request) => {
    const order = parcels.byTracking.get(request.params.id)
    if (!order) throw biteshipError(404, 40003001, 'Tracking not found')
    return trackingAnswer(context, order)
  })
}

/**
 * A place that Biteship's search of areas finds, with one postal code. The shop's address form uses this
 * search.
 */
type Area = [district: string, city: string, province: string, postalCode: number]

const AREAS: Area[] = [
  ['Gambir', 'Jakarta Pusat', 'DKI Jakarta', 10110],
  ['Kebayoran Baru', 'Jakarta Selatan', 'DKI Jakarta', 12110],
  ['Coblong', 'Bandung', 'Jawa Barat', 40132],
  ['Gubeng', 'Surabaya', 'Jawa Timur', 60281],
  ['Medan Kota', 'Medan', 'Sumatera Utara', 20212],
  ['Denpasar Barat', 'Denpasar', 'Bali', 80113],
]

function areasAnswer(query: unknown): object {
  const { countries, input } = fieldsOf(query)
  const text = textOf(input)?.toLowerCase()
  if (countries !== 'ID' || text === undefined)
    throw biteshipError(400, 40005001, 'countries (ID) and input are required')
  const matching = AREAS.filter((area) => area.some((part) => String(part).toLowerCase().includes(text)))
  return { success: true, areas: matching.map((area) => areaAnswer(...area)) }
}

function areaAnswer(district: string, city: string, province: string, postalCode: number): object {
  return {
    id: `IDNP6IDNC148IDND836IDZ${postalCode}`,
    name: `${district}, ${city}, ${province}. ${postalCode}`,
    country_name: 'Indonesia',
    country_code: 'ID',
    administrative_division_level_1_name: province,
    administrative_division_level_1_type: 'province',
    administrative_division_level_2_name: city,
    administrative_division_level_2_type: 'city',
    administrative_division_level_3_name: district,
    administrative_division_level_3_type: 'district',
    postal_code: postalCode,
  }
}

function couriersAnswer(): object {
  return {
    success: true,
    object: 'courier',
    couriers: COURIER_SERVICES.map((courier) => ({
      available_for_cash_on_delivery: false,
      courier_name: courier.courierName,
      courier_code: courier.company,
      courier_service_name: courier.serviceName,
      courier_service_code: courier.type,
      tier: courier.days === 1 ? 'premium' : 'standard',
      shipping_type: courier.shippingType,
      shipment_duration_range: `${courier.days} - ${courier.days + 1}`,
      shipment_duration_unit: 'days',
    })),
  }
}
