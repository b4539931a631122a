import { z } from 'zod'
import type { CourierRate, TrackedCourierOrder } from '../../domain/logistics/courier.ts'
import { flag, instant, lenient, name, present, readable } from '../answers.ts'
import type { ProviderVerdict } from '../http.ts'

/**
 * The schema of an amount in rupiah, as a number or a text (biteship.amounts). A fraction is rounded, because
 * it is no reason to lose a booking.
 */
const rupiah = z
  .union([z.number(), z.string().regex(/^\d+(\.\d+)?$/)])
  .transform((given) => Math.round(Number(given)))

const rate = z
  .looseObject({
    company: z.string().min(1),
    type: z.string().min(1),
    courier_service_name: lenient(z.string()),
    price: rupiah.pipe(z.int().min(1)),
    duration: lenient(z.string()),
    shipment_duration_range: lenient(z.string()),
    shipment_duration_unit: lenient(z.string()),
  })
  .transform((answer): CourierRate => {
    const range = [answer.shipment_duration_range, answer.shipment_duration_unit].filter(Boolean).join(' ')
    return {
      company: answer.company,
      type: answer.type,
      service: answer.courier_service_name || answer.type,
      priceIdr: answer.price,
      duration: answer.duration || range || '?',
    }
  })

/**
 * The schema of the courier rates in Biteship's answer, read one by one. A rate without a price, or with a
 * price of 0, is left out.
 */
export const ratesAnswer = z
  .looseObject({ pricing: z.array(z.unknown()) })
  .transform(({ pricing }): CourierRate[] => readable(rate, pricing))

/** The schema of one event in a parcel's history. An event without a time is left out. */
const event = z
  .looseObject({ status: z.string().min(1), note: lenient(z.string()), updated_at: instant })
  .transform(({ status, note, updated_at }) => ({ status, note: note ?? '', updatedAt: updated_at }))

/**
 * The schema of a courier order. Any field but the id may be null (biteship.nullable). But status, price and
 * courier must not all be missing.
 */
export const orderAnswer = z
  .looseObject({
    id: name,
    status: lenient(z.string().min(1)),
    price: lenient(rupiah.pipe(z.int().min(0))),
    reference_id: lenient(name),
    courier: lenient(
      z.looseObject({
        tracking_id: lenient(name),
        waybill_id: lenient(name),
        link: lenient(z.string()),
        history: lenient(z.array(z.unknown())),
      }),
    ),
  })
  // An answer with nothing but an id does not count as a courier order.
  .refine(
    (fields) => fields.status !== undefined || fields.price !== undefined || fields.courier !== undefined,
  )
  .transform(({ id, status, price, reference_id: referenceId, courier }): TrackedCourierOrder => {
    const history = readable(event, courier?.history)
    return present({
      id,
      trackingId: courier?.tracking_id || undefined,
      // The waybill number is an empty text until the courier gives one.
      waybillId: courier?.waybill_id || undefined,
      // If Biteship gives no status, the last status of the history is used. If the history is empty,
      // `confirmed` is used, because an order that exists was at least confirmed.
      status: status ?? history.at(-1)?.status ?? 'confirmed',
      priceIdr: price,
      link: courier?.link || undefined,
      referenceId,
      history,
    })
  })

export const cancelAnswer = z
  .looseObject({ success: flag.pipe(z.literal(true)), status: lenient(z.string().min(1)) })
  .transform(({ status }) => present({ status }))

/**
 * The error code of Biteship for a new order whose `reference_id` another order already has;
 * `details.order_id` names that order.
 */
export const DUPLICATE_REFERENCE = '40002060'

const biteshipError = z.looseObject({
  success: flag.pipe(z.literal(false)),
  code: lenient(name),
  details: lenient(z.looseObject({ order_id: lenient(name) })),
})

/**
 * Reads an error answer of Biteship: `{success: false, error, code, details?}`. The HTTP status does not
 * always fit the error.
 */
export function biteshipErrorIn(body: unknown): ProviderVerdict | undefined {
  const parsed = biteshipError.safeParse(body)
  if (!parsed.success) return undefined
  const orderId = parsed.data.details?.order_id
  return { code: parsed.data.code ?? 'refused', ...(orderId && { details: { orderId } }) }
}
