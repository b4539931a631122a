import { z } from 'zod'
import type { GatewayInvoice, GatewayRefund } from '../../domain/payment/gateway.ts'
import type { GatewayChannel, GatewayPayout } from '../../domain/payout/gateway.ts'
import { goesOn, instant, lenient, maybe, name, present, readable, word } from '../answers.ts'
import type { ProviderVerdict } from '../http.ts'

/**
 * The currency of an amount, which must be rupiah. An answer in another currency is refused, because its
 * amount would be taken for rupiah.
 */
export const currency = maybe(z.string().toUpperCase().pipe(z.literal('IDR')))

/** An id or reference that may be missing, or have an unknown form. */
const maybeName = lenient(name)

/**
 * An amount in rupiah: a whole number, as a number or a text. A fraction is refused, because a whole number
 * in its place would be more or less than the amount.
 */
const rupiah = z
  .union([z.number(), z.string().regex(/^\d+(\.0+)?$/)])
  .transform(Number)
  .pipe(z.int().min(0))

/**
 * xendit.transaction-amounts: an amount in Xendit's transaction list is a number, whole or not. But one
 * version of Xendit's documentation says that it is a text.
 */
export const figure = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d+(\.\d+)?$/)
    .transform(Number),
])

const invoiceStates = ['PENDING', 'PAID', 'SETTLED', 'EXPIRED', 'UNKNOWN'] as const

export const invoiceAnswer = z
  .looseObject({
    id: name,
    // Xendit may leave out our key of the invoice. The answer is still accepted, because laku can also find
    // the invoice's payment by the invoice's id.
    external_id: maybeName,
    // An unknown status does not tell whether the invoice is paid. So laku waits until Xendit gives a status
    // that laku knows.
    status: word('UNKNOWN').pipe(z.enum(invoiceStates).catch('UNKNOWN')),
    amount: rupiah,
    currency,
    paid_amount: maybe(rupiah),
    paid_at: lenient(instant),
    payment_method: lenient(z.string()),
    payment_channel: lenient(z.string()),
    payment_id: maybeName,
    payment_request_id: maybeName,
    payment_details: lenient(z.looseObject({ source: lenient(z.string()) })),
    invoice_url: lenient(z.string().min(1)),
    expiry_date: lenient(instant),
  })
  .transform(
    (invoice): GatewayInvoice =>
      present({
        id: invoice.id,
        externalId: invoice.external_id ?? '',
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

/**
 * An invoice in a list of invoices. An invoice that cannot be read stays in the list, with the status
 * UNKNOWN. If even its id cannot be read, the id is empty.
 */
const listedInvoice = invoiceAnswer.or(
  z
    .looseObject({ id: name.catch(''), external_id: maybeName })
    .catch({ id: '', external_id: undefined })
    .transform(
      ({ id, external_id: externalId = '' }): GatewayInvoice => ({
        id,
        externalId,
        status: 'UNKNOWN',
        amountIdr: 0,
      }),
    ),
)
export const invoicesAnswer = z.array(listedInvoice)

export const refundAnswer = z
  .looseObject({
    id: name,
    // Xendit documents REVERSED for payouts only. For a refund, it can mean only that the money came back. An
    // unknown status of a refund may mean that the money was sent. So laku treats it as PENDING, and waits.
    status: word('PENDING').pipe(
      z.enum(['PENDING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'REVERSED']).catch('PENDING'),
    ),
    amount: rupiah,
    currency,
    failure_code: lenient(z.string()),
    reference_id: maybeName,
    invoice_id: maybeName,
    payment_id: maybeName,
    payment_request_id: maybeName,
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

const refundPage = z.looseObject({ data: z.array(z.unknown()), has_more: z.unknown().optional() })

const named = z.looseObject({ id: name })

/** Returns the last readable id on a page of a list. The next page begins after this id. */
export const lastId = (items: readonly unknown[]): string | undefined => readable(named, items).at(-1)?.id

/**
 * A page of refunds; some versions of Xendit's API answer with the bare array. A refund that cannot be read
 * does not hide the others. Unreadable refunds are counted in `unread`, because one of them may be the refund
 * that laku looks for.
 */
export const refundsAnswer = z
  .union([z.array(z.unknown()).transform((data) => ({ data, has_more: undefined })), refundPage])
  .transform(({ data, has_more: hasMore }) => ({
    hasMore: goesOn(hasMore, data),
    lastId: lastId(data),
    refunds: readable(refundAnswer, data),
    unread: data.filter((row) => !refundAnswer.safeParse(row).success).length,
  }))

/**
 * An e-wallet charge at Xendit. It shows at once how much of the charge was refunded. null means that nothing
 * was refunded yet. If the field is missing or unreadable, the refunded amount is unknown.
 */
export const chargeAnswer = z
  .looseObject({ refunded_amount: figure.nullish().catch(undefined) })
  .transform(({ refunded_amount: idr }) => (idr === undefined ? undefined : Math.ceil(idr ?? 0)))

function destinationIn(channelCode?: string, accountNumber?: string): GatewayPayout['destination'] {
  return channelCode && accountNumber ? { channelCode, accountNumber } : undefined
}

export const payoutAnswer = z
  .looseObject({
    id: name,
    reference_id: maybeName,
    // Any status of a payout is accepted. laku waits while the status is unknown. A strange status does not
    // make the other payouts of a list unreadable.
    status: word('UNKNOWN'),
    amount: rupiah,
    currency,
    failure_code: lenient(z.string()),
    updated: lenient(instant),
    channel_code: lenient(z.string()),
    channel_properties: lenient(z.looseObject({ account_number: maybeName })),
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

/**
 * A page of payouts in `data`; some versions of Xendit's API answer with the bare array. A payout that
 * cannot be read does not hide the others.
 */
export const payoutsAnswer = z
  .union([z.array(z.unknown()), z.looseObject({ data: z.array(z.unknown()) }).transform((page) => page.data)])
  .transform((items) => items.map((item) => payoutAnswer.safeParse(item)))
  .refine(
    (items) => items.length === 0 || items.some((item) => item.success),
    'no payout of the list can be read',
  )
  .transform((items) => items.flatMap((item) => item.data ?? []))

const channelAnswer = z
  .looseObject({
    channel_code: z.string().min(1),
    channel_name: lenient(z.string().min(1)),
    channel_category: lenient(z.string()),
    amount_limits: z.looseObject({ minimum: z.number(), maximum: z.number() }),
  })
  .transform(
    (channel): GatewayChannel => ({
      channelCode: channel.channel_code,
      name: channel.channel_name ?? channel.channel_code,
      kind: channel.channel_category === 'EWALLET' ? 'ewallet' : 'bank',
      minimumIdr: channel.amount_limits.minimum,
      maximumIdr: channel.amount_limits.maximum,
    }),
  )

/**
 * Xendit's list of payout channels, read one by one. A channel that cannot be read is not offered; the
 * others are.
 */
export const channelsAnswer = z.array(z.unknown()).transform((items) => readable(channelAnswer, items))

const xenditError = z.looseObject({ error_code: z.string().min(1) })

/**
 * Reads one of Xendit's errors, `{error_code, message, errors?}`. The message is dropped, because it may
 * quote an email address.
 */
export function xenditErrorIn(body: unknown): ProviderVerdict | undefined {
  const parsed = xenditError.safeParse(body)
  return parsed.success ? { code: parsed.data.error_code } : undefined
}
