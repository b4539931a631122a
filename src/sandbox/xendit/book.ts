import type { XenditAccount } from './account.ts'
import { feesIdr } from './transactions.ts'

/**
 * Xendit's own record of every invoice, refund and payout, and of the balance. A merchant's ledger can be
 * compared with it.
 */
export interface XenditBook {
  invoices: object[]
  refunds: object[]
  payouts: object[]
  /** The sum of all paid invoices minus all succeeded refunds and payouts (IDR). No fees are deducted. */
  balance_idr: number
  /** The fees and VAT charged (IDR), which are not part of `balance_idr`. */
  fees_idr: number
}

export function bookOf(account: XenditAccount): XenditBook {
  const paid = account.invoices.reduce((sum, { payment }) => sum + (payment?.paid_amount ?? 0), 0)
  return {
    invoices: account.invoices.map((invoice) => ({
      id: invoice.id,
      external_id: invoice.request.external_id,
      status: invoice.status,
      amount: invoice.request.amount,
      created: invoice.created,
      updated: invoice.updated,
      ...invoice.payment,
    })),
    refunds: account.refunds,
    payouts: account.payouts,
    balance_idr: paid - succeeded(account.refunds) - succeeded(account.payouts),
    fees_idr: feesIdr(account),
  }
}

function succeeded(moved: readonly { status: string; amount: number }[]): number {
  return moved.reduce((sum, { status, amount }) => sum + (status === 'SUCCEEDED' ? amount : 0), 0)
}
