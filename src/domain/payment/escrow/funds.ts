import { lockRows, type Tx } from '../../kernel/index.ts'
import {
  type AccountKey,
  credit,
  type Dimensions,
  type Entry,
  escrow,
  orderFunds,
  walletAccount,
} from '../../ledger/index.ts'
import type { SplitRefund } from '../entitlement/rules.ts'
import type { Payment } from '../views.ts'

/**
 * Returns the ledger account in which a payment's money waits: the session's escrow, or the account of its
 * order.
 */
export function fundsOf(payment: Pick<Payment, 'sessionId' | 'orderId'>): AccountKey {
  if (payment.sessionId) return escrow(payment.sessionId)
  if (payment.orderId) return orderFunds(payment.orderId)
  throw new Error('a payment is for a session or for an order')
}

export const dimensionsOf = (payment: Pick<Payment, 'sessionId' | 'userId'>): Dimensions => ({
  sessionId: payment.sessionId,
  userId: payment.userId,
})

/**
 * Returns the ledger credits of a refund or rebate that goes into the wallet. The buyer's part goes to the
 * wallet, and the rest to the company's accounts.
 */
export function intoWallet(
  payment: Pick<Payment, 'sessionId' | 'userId'>,
  { buyerIdr, lossIdr, subsidyIdr }: SplitRefund,
): Entry[] {
  const dimensions = dimensionsOf(payment)
  return [
    credit(walletAccount(payment.userId), buyerIdr, dimensions),
    credit('chargeback-loss', lossIdr, dimensions),
    credit('subsidy', subsidyIdr, dimensions),
  ]
}

type Paid = Pick<Payment, 'sessionId' | 'participantId' | 'orderId'>

/**
 * Locks the sessions and orders of these payments before anything is posted for them. The payments' rows are
 * locked already. All code locks in this sequence: payment, session, order, ledger balance. With another
 * sequence, this transaction could deadlock with one that closes a session.
 */
export async function lockPaidThings(tx: Tx, payments: readonly Paid[]): Promise<void> {
  const ids = (key: keyof Paid) => [...new Set(payments.flatMap((payment) => payment[key] ?? []))]
  const participantId = ids('participantId')
  await lockRows(tx, {
    session: { id: ids('sessionId') },
    participant: { id: participantId },
    order: { id: ids('orderId'), participantId },
  })
}
