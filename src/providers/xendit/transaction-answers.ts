import { z } from 'zod'
import type {
  GatewayFeeStatus,
  GatewayTransaction,
  GatewayTransactionPage,
  GatewayTransactionStatus,
  UnreadTransaction,
} from '../../domain/payment/reconciliation/gateway-transactions.ts'
import { goesOn, instant, lenient, maybe, name, word } from '../answers.ts'
import { currency, figure, lastId } from './answers.ts'

// The maximum amount that laku accepts in a line of Xendit's transaction list (IDR): ten million million.
// This is enough, because no larger amount was ever moved.
const MAX_AMOUNT = 1e13
const amount = figure.pipe(z.number().min(0).max(MAX_AMOUNT))
const part = maybe(figure.pipe(z.number().min(-MAX_AMOUNT).max(MAX_AMOUNT)))

const fee = z.looseObject({
  xendit_fee: part,
  value_added_tax: part,
  xendit_withholding_tax: part,
  third_party_withholding_tax: part,
  status: maybe(z.string().toUpperCase()).catch('UNKNOWN'),
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
    id: name,
    product_id: lenient(name),
    product_data: lenient(z.looseObject({ payment_link_id: lenient(name) })),
    type: word('UNKNOWN'),
    status: word('UNKNOWN'),
    reference_id: lenient(name),
    channel_code: lenient(z.string()),
    currency,
    amount,
    cashflow: z
      .string()
      .toUpperCase()
      .pipe(z.enum(['MONEY_IN', 'MONEY_OUT'])),
    // A fee that cannot be read counts as unknown, and is booked later; the amount of the fee's transaction
    // is booked at once.
    fee: lenient(fee),
    created: instant,
    updated: lenient(instant),
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
 * Returns Xendit's fee for a transaction with its taxes (IDR), unrounded: its parts may be fractions of a
 * rupiah (11 % of 770 is 84.7).
 */
function feeOf(charged: z.output<typeof fee> | undefined): number {
  if (!charged) return 0
  const taxes = (charged.xendit_withholding_tax ?? 0) + (charged.third_party_withholding_tax ?? 0)
  return (charged.xendit_fee ?? 0) + (charged.value_added_tax ?? 0) + taxes
}

/**
 * Returns the status of Xendit's fee for a transaction. If the fee has no status, the transaction's status
 * decides. This is safe, because a later correction of the fee is booked in any case. A fee of unknown amount
 * has the status UNKNOWN, and is not booked yet.
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

/**
 * A page of Xendit's transaction list. An unreadable line stops neither the page nor the other lines. If
 * more pages follow but no id on this page can be read, the page is refused, because the next page could
 * not be requested.
 */
export const transactionsAnswer = z
  .looseObject({ has_more: z.unknown().optional(), data: z.array(z.unknown()).nullish() })
  .transform(({ has_more: more, data }): GatewayTransactionPage => {
    const items = data ?? []
    const transactions: GatewayTransaction[] = []
    const unread: UnreadTransaction[] = []
    for (const item of items) {
      const parsed = transactionAnswer.safeParse(item)
      if (parsed.success) transactions.push(parsed.data)
      else
        unread.push({
          id: lastId([item]) ?? null,
          fields: [...new Set(parsed.error.issues.map((issue) => issue.path.join('.')))],
        })
    }
    return { transactions, unread, lastId: lastId(items), hasMore: goesOn(more, items) }
  })
  .refine(({ hasMore, lastId }) => !hasMore || lastId !== undefined, { path: ['data'] })

/** xendit.balance: the balance in rupiah, rounded because it may hold a fraction. */
export const balanceAnswer = z
  .looseObject({ balance: figure })
  .transform(({ balance }) => Math.round(balance))
