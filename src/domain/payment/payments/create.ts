import { insertRows, newCode, newId, type Rupiah, rupiah, type Work } from '../../kernel/index.ts'
import { credit, debit, post, walletAccount } from '../../ledger/index.ts'
import { requireBalances, requireSpendable } from '../../wallet/index.ts'
import { paymentErrors } from '../errors.ts'
import { dimensionsOf, fundsOf } from '../escrow/funds.ts'
import { type Payment, subjectOf } from '../views.ts'
import { decideParts, holdParts, insteadOfBalance } from '../wallet-part/hold-parts.ts'
import type { PayWith } from '../wallet-part/rules.ts'
import { invoiceRefusal } from './methods.ts'

export interface NewPayment {
  userId: string
  subject: { participantId: string; sessionId: string } | { orderId: string }
  amountIdr: Rupiah
  method: PayWith
  /**
   * The part of the amount that the wallet pays with method `wallet+invoice`. Default: as much as the wallet
   * has.
   */
  walletIdr?: Rupiah | undefined
  /** The time until which the session's units or the order's stock stay reserved for this payment. */
  expiresAt: Date
}

/**
 * Creates any number of payments with one SQL statement, and returns them in the sequence given. A payment
 * wholly from a wallet is paid at once; a part from a wallet is held until the rest is paid. An invoice is
 * made only when the buyer opens `/pay/:code`.
 * @throws wallet.insufficient_balance with `userIds`, wallet.cooling_off: nothing is made then
 * @throws payment.order_has_open_payment, below_invoice_minimum, rest_below_invoice_minimum,
 * wallet_part_above_price, no_wallet_part
 */
export async function createPayments(work: Work, drafts: readonly NewPayment[]): Promise<Payment[]> {
  for (const { method, amountIdr } of drafts) {
    const refusal = method === 'invoice' && invoiceRefusal(amountIdr, work.policy)
    if (refusal) throw refusal
  }
  const payers = drafts.flatMap(({ method, userId }) => (method === 'invoice' ? [] : [userId]))
  if (payers.length > 0) await requireSpendable(work, payers)
  const mixed = drafts.filter(({ method }) => method === 'wallet+invoice')
  const parts = new Map((await decideParts(work, mixed)).map((walletIdr, i) => [mixed[i], walletIdr]))
  const payments = drafts.map((draft) => paymentOf(work, draft, parts.get(draft)))
  const fromWallets = payments.filter((payment) => payment.method === 'wallet')
  if (fromWallets.length > 0) await requireBalances(work, fromWallets)
  await insertPayments(work, payments)
  await holdParts(work, payments)
  if (fromWallets.length > 0) await payFromWallets(work, fromWallets)
  return payments
}

/**
 * Builds a new payment. `partIdr` is the part that the buyer's wallet pays, which may be the whole amount.
 */
function paymentOf(
  work: Work,
  { userId, subject, amountIdr, method, expiresAt }: NewPayment,
  partIdr: Rupiah = method === 'wallet' ? amountIdr : 0,
): Payment {
  const isPlace = 'participantId' in subject
  const isWhole = partIdr === amountIdr
  return {
    id: newId(),
    code: newCode('PAY', work.now),
    userId,
    sessionId: isPlace ? subject.sessionId : null,
    participantId: isPlace ? subject.participantId : null,
    orderId: isPlace ? null : subject.orderId,
    amountIdr: rupiah(amountIdr),
    walletIdr: partIdr,
    method: isWhole ? 'wallet' : 'invoice',
    status: isWhole ? 'paid' : 'pending',
    expiresAt,
  }
}

async function insertPayments(work: Work, payments: readonly Payment[]): Promise<void> {
  const rows = payments.map((payment) => {
    const paid = payment.method === 'wallet'
    return {
      ...payment,
      paidAmountIdr: paid ? payment.amountIdr : null,
      paidAt: paid ? work.now : null,
      returnedIdr: 0,
      refundedIdr: 0,
      nextCheckAt: payment.expiresAt,
      createdAt: work.now,
    }
  })
  try {
    await insertRows(work.tx, 'payments', rows)
  } catch (error) {
    if (
      error instanceof Error &&
      'constraint' in error &&
      error.constraint === 'payments_one_open_an_order'
    ) {
      throw paymentErrors.order_has_open_payment()
    }
    throw error
  }
}

async function payFromWallets(work: Work, payments: readonly Payment[]): Promise<void> {
  const postings = payments.map((payment) => {
    const { id, userId, amountIdr } = payment
    const dimensions = dimensionsOf(payment)
    return {
      key: `payment:${id}:confirmed`,
      kind: 'payment.confirmed',
      subject: ['payment', id] as [string, string],
      entries: [
        debit(walletAccount(userId), amountIdr, dimensions),
        credit(fundsOf(payment), amountIdr, dimensions),
      ],
    }
  })
  await insteadOfBalance(payments, () => post(work, postings))
  for (const payment of payments) {
    work.emit({ type: 'payment.paid', aggregate: ['payment', payment.id], payload: subjectOf(payment) })
  }
}
