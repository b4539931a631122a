import { z } from 'zod'
import type { GatewayInvoice, GatewayRefund } from '../../domain/payment/gateway.ts'
import type { GatewayChannel, GatewayPayout } from '../../domain/payout/gateway.ts'
import { instant, maybe, present } from '../answers.ts'
import type { ProviderVerdict } from '../http.ts'

/** An amount in another currency would be taken for rupiah: such an answer is not read at all. */
const currency = maybe(z.literal('IDR'))

export const invoiceAnswer = z
  .looseObject({
    id: z.string().min(1),
    external_id: z.string(),
    status: z.enum(['PENDING', 'PAID', 'SETTLED', 'EXPIRED']),
    amount: z.int(),
    currency,
    paid_amount: maybe(z.int()),
    paid_at: maybe(instant),
    payment_method: maybe(z.string()),
    payment_channel: maybe(z.string()),
    payment_id: maybe(z.string()),
    payment_request_id: maybe(z.string()),
    payment_details: maybe(z.looseObject({ source: maybe(z.string()) })),
    invoice_url: z.string(),
    expiry_date: instant,
  })
  .transform(
    (invoice): GatewayInvoice =>
      present({
        id: invoice.id,
        externalId: invoice.external_id,
        status: invoice.status,
        amountIdr: invoice.amount,
        paidAmountIdr: invoice.paid_amount,
        paidAt: invoice.paid_at,
        paymentMethod: invoice.payment_method,
        paymentChannel: invoice.payment_channel,
        paymentId: invoice.payment_id,
        paymentRequestId: invoice.payment_request_id,
        paymentSource: invoice.payment_details?.source,
        invoiceUrl: invoice.invoice_url,
        expiresAt: invoice.expiry_date,
      }),
  )

export const refundAnswer = z
  .looseObject({
    id: z.string().min(1),
    status: z.enum(['PENDING', 'SUCCEEDED', 'FAILED', 'CANCELLED']),
    amount: z.int(),
    currency,
    failure_code: maybe(z.string()),
    reference_id: z.string().nullish(),
    invoice_id: maybe(z.string()),
    payment_id: maybe(z.string()),
    payment_request_id: maybe(z.string()),
  })
  .transform(
    (refund): GatewayRefund =>
      present({
        id: refund.id,
        status: refund.status,
        amountIdr: refund.amount,
        failureCode: refund.failure_code,
        referenceId: refund.reference_id ?? null,
        invoiceId: refund.invoice_id,
        paymentId: refund.payment_id,
        paymentRequestId: refund.payment_request_id,
      }),
  )

const refundPage = z.looseObject({ data: z.array(z.unknown()), has_more: maybe(z.boolean()) })

/** A page of refunds; some versions of the API answer the bare array. One that cannot be read hides no other. */
export const refundsAnswer = z
  .union([z.array(z.unknown()).transform((data) => ({ data, has_more: undefined })), refundPage])
  .transform(({ data, has_more: hasMore }) => ({
    hasMore: hasMore ?? false,
    lastId: z.looseObject({ id: z.string() }).safeParse(data.at(-1)).data?.id,
    refunds: data.flatMap((one) => refundAnswer.safeParse(one).data ?? []),
  }))

/** An e-wallet charge, which says at once what was refunded of it. */
export const chargeAnswer = z
  .looseObject({ refunded_amount: maybe(z.number()) })
  .transform((charge) => Math.ceil(charge.refunded_amount ?? 0))

function destinationIn(channelCode?: string, accountNumber?: string): GatewayPayout['destination'] {
  return channelCode && accountNumber ? { channelCode, accountNumber } : undefined
}

export const payoutAnswer = z
  .looseObject({
    id: z.string().min(1),
    reference_id: z.string().nullish(),
    // Whatever it says is kept: a word that is not known is waited for, and hides no other.
    status: z.string().min(1),
    amount: z.int(),
    currency,
    failure_code: maybe(z.string()),
    updated: maybe(instant),
    channel_code: maybe(z.string()),
    channel_properties: maybe(z.looseObject({ account_number: maybe(z.string()) })),
  })
  .transform(
    (payout): GatewayPayout =>
      present({
        id: payout.id,
        referenceId: payout.reference_id ?? null,
        status: payout.status,
        amountIdr: payout.amount,
        failureCode: payout.failure_code,
        updatedAt: payout.updated,
        destination: destinationIn(payout.channel_code, payout.channel_properties?.account_number),
      }),
  )

/** A page in `data`; some versions of the API answer the bare array. An item that cannot be read hides no other. */
export const payoutsAnswer = z
  .union([z.array(z.unknown()), z.looseObject({ data: z.array(z.unknown()) }).transform((page) => page.data)])
  .transform((items) => items.map((one) => payoutAnswer.safeParse(one)))
  .refine(
    (items) => items.length === 0 || items.some((one) => one.success),
    'no payout of the list can be read',
  )
  .transform((items) => items.flatMap((one) => one.data ?? []))

export const channelAnswer = z
  .looseObject({
    channel_code: z.string(),
    channel_name: z.string(),
    channel_category: z.string().optional(),
    amount_limits: z.looseObject({ minimum: z.number(), maximum: z.number() }),
  })
  .transform(
    (channel): GatewayChannel => ({
      channelCode: channel.channel_code,
      name: channel.channel_name,
      kind: channel.channel_category === 'EWALLET' ? 'ewallet' : 'bank',
      minimumIdr: channel.amount_limits.minimum,
      maximumIdr: channel.amount_limits.maximum,
    }),
  )

const xenditError = z.looseObject({ error_code: z.string() })

/** Xendit's errors are `{error_code, message, errors?}`; the message may quote an email and is left behind. */
export function xenditErrorIn(body: unknown): ProviderVerdict | undefined {
  const parsed = xenditError.safeParse(body)
  return parsed.success ? { code: parsed.data.error_code } : undefined
}
