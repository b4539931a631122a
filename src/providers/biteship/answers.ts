import { z } from 'zod'
import type { CourierRate, TrackedCourierOrder } from '../../domain/logistics/courier.ts'
import { instant, maybe, present } from '../answers.ts'
import type { ProviderVerdict } from '../http.ts'

export const ratesAnswer = z
  .looseObject({
    pricing: z.array(
      z.looseObject({
        company: z.string(),
        type: z.string(),
        courier_service_name: z.string(),
        price: z.int(),
        duration: z.string(),
      }),
    ),
  })
  .transform(({ pricing }): CourierRate[] =>
    pricing.map(({ company, type, courier_service_name, price, duration }) => ({
      company,
      type,
      service: courier_service_name,
      priceIdr: price,
      duration,
    })),
  )

const event = z
  .looseObject({ status: z.string(), note: maybe(z.string()), updated_at: instant })
  .transform(({ status, note, updated_at }) => ({ status, note: note ?? '', updatedAt: updated_at }))

export const orderAnswer = z
  .looseObject({
    id: z.string().min(1),
    status: z.string(),
    price: z.int(),
    courier: z.looseObject({
      tracking_id: z.string(),
      waybill_id: maybe(z.string()),
      link: maybe(z.string()),
      history: maybe(z.array(event)),
    }),
  })
  .transform(
    ({ id, status, price, courier }): TrackedCourierOrder =>
      present({
        id,
        trackingId: courier.tracking_id,
        // Empty until the courier gives one.
        waybillId: courier.waybill_id || undefined,
        status,
        priceIdr: price,
        link: courier.link || undefined,
        history: courier.history ?? [],
      }),
  )

export const cancelAnswer = z.looseObject({ success: z.literal(true) })

/** The `reference_id` was used before; `details.order_id` names the order that has it. */
export const DUPLICATE_REFERENCE = '40002060'

const biteshipError = z.looseObject({
  success: z.literal(false),
  code: maybe(z.union([z.int(), z.string()])),
  details: maybe(z.looseObject({ order_id: maybe(z.string()) })),
})

/** Biteship's errors are `{success: false, error, code, details?}`, with an HTTP status that does not always fit. */
export function biteshipErrorIn(body: unknown): ProviderVerdict | undefined {
  const parsed = biteshipError.safeParse(body)
  if (!parsed.success) return undefined
  const orderId = parsed.data.details?.order_id
  return { code: String(parsed.data.code ?? 'refused'), ...(orderId && { details: { orderId } }) }
}
