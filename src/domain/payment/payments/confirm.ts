import { moveState, type Rupiah, statesBefore, type Work } from '../../kernel/index.ts'
import { credit, debit, type Entry, post } from '../../ledger/index.ts'
import { dimensionsOf, fundsOf, lockPaidThings } from '../escrow/funds.ts'
import { quarantine, type UnappliedFunds } from '../suspense/quarantine.ts'
import { paymentMachine, paymentTransitions } from '../transitions.ts'
import { subjectOf } from '../views.ts'
import { invoiceIdrOf, isParted } from '../wallet-part/rules.ts'
import { takeParts } from '../wallet-part/take-parts.ts'
import { type LockedPayment, lockPayments } from './lock.ts'
import { type PaidIds, unknownIds } from './paid-ids.ts'

export interface Confirmation {
  paymentId: string
  paidAmountIdr: Rupiah
  paidAt: Date
  /**
   * The payment channel (`DANA`, `QRIS`, `BCA`); null if unknown. It decides how the payment can be refunded.
   */
  channel: string | null
  /** Xendit's id of the invoice that was paid. */
  invoiceId: string
  /** Xendit's ids of the payment itself, which a refund request needs. */
  paid?: PaidIds
}

/**
 * The outcome of confirming a payment. `late`: the payment was paid after it had expired, so its order or
 * session decides about the money. `twice`: the payment was already paid by one invoice, and a second invoice
 * of it was paid too.
 */
export type ConfirmationOutcome = 'paid' | 'late' | 'review' | 'already' | 'twice'

/**
 * Posts the money of confirmed payments, in the sequence given, and emits payment.paid. A wrong amount, a
 * missing wallet part or a second invoice of the same payment goes to quarantine (money without a matching
 * payment). A repeated confirmation changes nothing.
 */
export async function confirmPayments(
  work: Work,
  confirmations: readonly Confirmation[],
): Promise<{ paymentId: string; outcome: ConfirmationOutcome }[]> {
  if (confirmations.length === 0) return []
  const payments = await lockPayments(
    work.tx,
    confirmations.map((confirmation) => confirmation.paymentId),
  )
  const parts = await takeParts(
    work,
    [...payments.values()].filter(({ status }) => open.includes(status)),
  )
  const received = new Map<string, Received>()
  const unappliedFunds: UnappliedFunds[] = []
  const outcomes = confirmations.map((confirmation) => {
    const payment = payments.get(confirmation.paymentId)
    if (!payment) throw new Error(`payment ${confirmation.paymentId} does not exist`)
    const part = parts.get(payment.id)
    const outcome = outcomeOf(payment, confirmation, part, received.get(payment.id)?.confirmation.invoiceId)
    if (outcome === 'twice' || outcome === 'review')
      unappliedFunds.push(unappliedOf(payment, confirmation, outcome, part))
    if (outcome !== 'twice' && outcome !== 'already')
      received.set(payment.id, { confirmation, outcome, part })
    return { paymentId: payment.id, outcome }
  })
  await receive(work, payments, [...received.values()])
  if (unappliedFunds.length > 0) await quarantine(work, unappliedFunds)
  return outcomes
}

const open = statesBefore(paymentTransitions, 'review')

interface Received {
  confirmation: Confirmation
  outcome: ConfirmationOutcome
  /** The ledger debit of the part that the buyer's wallet pays; undefined if the wallet pays nothing. */
  part: Entry | undefined
}

/**
 * Returns the part of the payment that the buyer's wallet pays. If the payment goes into review, that part
 * counts only if it is still held for the payment.
 */
const partIdr = (outcome: ConfirmationOutcome, part: Entry | undefined): Rupiah =>
  part && (outcome !== 'review' || part.account.startsWith('payment-hold:')) ? part.amountIdr : 0

/**
 * Decides the outcome of confirming one payment. `before` is the invoice that confirmed the same payment
 * earlier in this batch.
 */
function outcomeOf(
  payment: LockedPayment,
  { invoiceId, paidAmountIdr }: Confirmation,
  part: Entry | undefined,
  before: string | undefined,
): ConfirmationOutcome {
  const isOpen = before === undefined && open.includes(payment.status)
  if (!isOpen) return invoiceId === (before ?? payment.providerInvoiceId) ? 'already' : 'twice'
  if (paidAmountIdr !== invoiceIdrOf(payment) || (isParted(payment) && !part)) return 'review'
  return payment.status === 'expired' ? 'late' : 'paid'
}

function unappliedOf(
  payment: LockedPayment,
  { invoiceId, paidAmountIdr, paidAt, channel, paid }: Confirmation,
  outcome: 'twice' | 'review',
  part: Entry | undefined,
): UnappliedFunds {
  const kind = outcome === 'review' ? 'wrong_amount' : 'paid_twice'
  const { id, code, walletIdr } = payment
  const ours = { id, code, amountIdr: invoiceIdrOf(payment) }
  const isGone = kind === 'wrong_amount' && isParted(payment) && !part
  return {
    kind,
    invoiceId,
    payment: ours,
    amountIdr: paidAmountIdr,
    paidAt,
    channel,
    paid,
    ...(isParted(payment) && { details: { walletIdr } }),
    ...(isGone && {
      message: `${code} was paid too late, and the part from the buyer's wallet is no longer there. Apply the money to the payment or a wallet, or refund it.`,
    }),
  }
}

async function receive(
  work: Work,
  payments: ReadonlyMap<string, LockedPayment>,
  received: readonly Received[],
): Promise<void> {
  if (received.length === 0) return
  const rows = received.map(({ confirmation, outcome, part }) => ({
    id: confirmation.paymentId,
    status: outcome === 'review' ? 'review' : 'paid',
    channel: confirmation.channel,
    paidAmountIdr: confirmation.paidAmountIdr + partIdr(outcome, part),
    paidAt: confirmation.paidAt,
    providerInvoiceId: confirmation.invoiceId,
    ...(confirmation.paid ?? unknownIds),
  }))
  // A refund request names the invoice that was paid. So that invoice is stored here, even if another was
  // stored when the link was opened.
  await moveState(work, paymentMachine, { rows, from: open, all: true })
  const paid = received.flatMap(({ confirmation, outcome, part }) => {
    const payment = payments.get(confirmation.paymentId)
    return payment && outcome !== 'review' ? [{ payment, part }] : []
  })
  await postReceived(work, paid)
}

async function postReceived(
  work: Work,
  paid: readonly { payment: LockedPayment; part: Entry | undefined }[],
): Promise<void> {
  if (paid.length === 0) return
  const payments = paid.map((item) => item.payment)
  await lockPaidThings(work.tx, payments)
  await post(
    work,
    paid.map(({ payment, part }) => {
      const dimensions = dimensionsOf(payment)
      return {
        key: `payment:${payment.id}:confirmed`,
        kind: 'payment.confirmed',
        subject: ['payment', payment.id],
        entries: [
          debit('gateway', invoiceIdrOf(payment), dimensions),
          ...(part ? [part] : []),
          credit(fundsOf(payment), payment.amountIdr, dimensions),
        ],
      }
    }),
  )
  for (const payment of payments) {
    work.emit({ type: 'payment.paid', aggregate: ['payment', payment.id], payload: subjectOf(payment) })
  }
}
