import { z } from 'zod'
import type {
  GatewayFeeStatus,
  GatewayTransaction,
  GatewayTransactionPage,
  GatewayTransactionStatus,
  UnreadTransaction,
} from '../../domain/payment/reconciliation/gateway-transactions.ts'
import { instant, maybe } from '../answers.ts'

// xendit.transaction-amounts: an amount is a number, whole or not; in one copy of the reference it is a text.
const figure = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d+(\.\d+)?$/)
    .transform(Number),
])
// The largest amount that is accepted, ten thousand milliards: no larger amount was ever moved.
const MAX_AMOUNT = 1e13
const amount = figure.pipe(z.number().min(0).max(MAX_AMOUNT))
const part = maybe(figure.pipe(z.number().min(-MAX_AMOUNT).max(MAX_AMOUNT)))

const fee = z.looseObject({
  xendit_fee: part,
  value_added_tax: part,
  xendit_withholding_tax: part,
  third_party_withholding_tax: part,
  status: maybe(z.string()),
})

const statuses: ReadonlySet<string> = new Set(['PENDING', 'SUCCESS', 'FAILED', 'VOIDED', 'REVERSED'])
const feeStatuses: ReadonlySet<string> = new Set([
  'PENDING',
  'COMPLETED',
  'CANCELED',
  'REVERSED',
  'NOT_APPLICABLE',
])

export const transactionAnswer = z
  .looseObject({
    id: z.string().min(1),
    product_id: maybe(z.string()),
    product_data: maybe(z.looseObject({ payment_link_id: maybe(z.string()) })),
    type: z.string(),
    status: z.string(),
    reference_id: maybe(z.string()),
    channel_code: maybe(z.string()),
    // A line in another currency is not read, since its amount would be taken for rupiah.
    currency: maybe(z.literal('IDR')),
    amount,
    cashflow: z.enum(['MONEY_IN', 'MONEY_OUT']),
    fee: maybe(fee),
    created: instant,
    updated: maybe(instant),
  })
  .transform((answer): GatewayTransaction => {
    const status = (statuses.has(answer.status) ? answer.status : 'UNKNOWN') as GatewayTransactionStatus
    const moneyIn = answer.cashflow === 'MONEY_IN'
    const charged = feeOf(answer.fee)
    const feeIdr = Math.round(charged)
    const feeStatus = feeStatusOf(answer.fee, status)
    const amountIdr = Math.round(answer.amount)
    return {
      id: answer.id,
      type: answer.type,
      status,
      productId: answer.product_id ?? null,
      paymentLinkId: answer.product_data?.payment_link_id ?? null,
      referenceId: answer.reference_id ?? null,
      channel: answer.channel_code ?? null,
      amountIdr,
      moneyIn,
      feeIdr,
      feeStatus,
      roundedIdr:
        (status === 'SUCCESS' ? (moneyIn ? 1 : -1) * (answer.amount - amountIdr) : 0) -
        (feeStatus === 'COMPLETED' ? charged - feeIdr : 0),
      createdAt: answer.created,
      updatedAt: answer.updated ?? answer.created,
    }
  })

/**
 * Returns the fee and its taxes together, unrounded, since its parts are fractions of a rupiah (11 % of 770
 * is 84.7).
 */
function feeOf(charged: z.output<typeof fee> | undefined): number {
  if (!charged) return 0
  const taxes = (charged.xendit_withholding_tax ?? 0) + (charged.third_party_withholding_tax ?? 0)
  return (charged.xendit_fee ?? 0) + (charged.value_added_tax ?? 0) + taxes
}

/**
 * Returns the status of a fee. A fee without a status takes that of its line, because a later correction of
 * the fee is booked anyway. A fee of unknown amount waits.
 */
function feeStatusOf(
  charged: z.output<typeof fee> | undefined,
  status: GatewayTransactionStatus,
): GatewayFeeStatus {
  if (!charged || (charged.xendit_fee === undefined && charged.value_added_tax === undefined))
    return 'UNKNOWN'
  const said = charged.status
  if (said === undefined) return status === 'SUCCESS' ? 'COMPLETED' : 'PENDING'
  return (feeStatuses.has(said) ? said : 'UNKNOWN') as GatewayFeeStatus
}

const anId = z.looseObject({ id: z.string().min(1) })

/**
 * The lines on a page of Xendit's book, read one by one: an unreadable line stops neither the page nor the
 * other lines.
 */
export const transactionsAnswer = z
  .looseObject({ has_more: maybe(z.boolean()), data: z.array(z.unknown()).nullish() })
  .transform(({ has_more: hasMore, data }): GatewayTransactionPage => {
    const transactions: GatewayTransaction[] = []
    const unread: UnreadTransaction[] = []
    let lastId: string | undefined
    for (const item of data ?? []) {
      const parsed = transactionAnswer.safeParse(item)
      const id = anId.safeParse(item).data?.id ?? null
      lastId = id ?? lastId
      if (parsed.success) transactions.push(parsed.data)
      else unread.push({ id, fields: [...new Set(parsed.error.issues.map((issue) => issue.path.join('.')))] })
    }
    return { transactions, unread, lastId, hasMore: hasMore ?? false }
  })

/** xendit.balance: the balance in rupiah, rounded because it may hold a fraction. */
export const balanceAnswer = z
  .looseObject({ balance: figure })
  .transform(({ balance }) => Math.round(balance))
