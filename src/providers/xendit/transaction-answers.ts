import { z } from 'zod'
import type { GatewayTransaction, GatewayTransactionPage } from '../../domain/payment/gateway-transactions.ts'
import { instant, maybe } from '../answers.ts'

const fee = z.looseObject({
  xendit_fee: z.int(),
  value_added_tax: z.int(),
  xendit_withholding_tax: maybe(z.int()),
  third_party_withholding_tax: maybe(z.int()),
  status: z.enum(['PENDING', 'COMPLETED', 'CANCELED', 'REVERSED', 'NOT_APPLICABLE']),
})

const transaction = z
  .looseObject({
    id: z.string().min(1),
    product_id: z.string(),
    type: z.string(),
    status: z.enum(['PENDING', 'SUCCESS', 'FAILED', 'VOIDED', 'REVERSED']),
    reference_id: z.string(),
    channel_code: maybe(z.string()),
    amount: z.int(),
    cashflow: z.enum(['MONEY_IN', 'MONEY_OUT']),
    fee,
    created: instant,
    updated: instant,
  })
  .transform(
    (one): GatewayTransaction => ({
      id: one.id,
      type: one.type,
      status: one.status,
      productId: one.product_id,
      referenceId: one.reference_id,
      channel: one.channel_code ?? null,
      amountIdr: one.amount,
      moneyIn: one.cashflow === 'MONEY_IN',
      feeIdr: feeIdr(one.fee),
      feeStatus: one.fee.status,
      createdAt: one.created,
      updatedAt: one.updated,
    }),
  )

function feeIdr(charged: z.infer<typeof fee>): number {
  const taxes = (charged.xendit_withholding_tax ?? 0) + (charged.third_party_withholding_tax ?? 0)
  return charged.xendit_fee + charged.value_added_tax + taxes
}

export const transactionsAnswer = z
  .looseObject({ has_more: z.boolean(), data: z.array(transaction) })
  .transform(({ has_more: hasMore, data }): GatewayTransactionPage => ({ transactions: data, hasMore }))

export const balanceAnswer = z.looseObject({ balance: z.int() }).transform(({ balance }) => balance)
