import { moveState, type Rupiah, statesBefore, type Work } from '../kernel/index.ts'
import { credit, debit, post } from '../ledger/index.ts'
import { dimensionsOf, fundsOf, lockPaidThings } from './funds.ts'
import { type LockedPayment, lockPayments } from './lock-payments.ts'
import { type PaidIds, unknownIds } from './paid-ids.ts'
import { quarantine, type StrayMoney } from './quarantine.ts'
import { paymentMachine, paymentTransitions } from './transitions.ts'
import { subjectOf } from './views.ts'

export interface Confirmation {
  paymentId: string
  paidAmountIdr: Rupiah
  paidAt: Date
  /** The channel that decides on refunds (`DANA`, `QRIS`, `BCA`), where it is known. */
  channel: string | null
  /** The provider's invoice that was paid. */
  invoiceId: string
  /** What it calls the payment itself, by which it is refunded. */
  paid?: PaidIds
}

/** `late`: paid after it expired; what it pays for decides. `twice`: another invoice of a payment that was received. */
export type ConfirmationOutcome = 'paid' | 'late' | 'review' | 'already' | 'twice'

/**
 * Books what the provider says was paid, any number at once: the money is in the ledger in the same transaction,
 * whatever the state of what it pays for, and payment.paid tells that. A wrong amount, and a second invoice of one payment,
 * go to quarantine and to a person. Said again it changes nothing. In the order given.
 */
export async function confirmPayments(
  work: Work,
  confirmations: readonly Confirmation[],
): Promise<{ paymentId: string; outcome: ConfirmationOutcome }[]> {
  if (confirmations.length === 0) return []
  const payments = await lockPayments(
    work.tx,
    confirmations.map((one) => one.paymentId),
  )
  const received = new Map<string, { confirmation: Confirmation; outcome: ConfirmationOutcome }>()
  const strays: StrayMoney[] = []
  const outcomes = confirmations.map((confirmation) => {
    const payment = payments.get(confirmation.paymentId)
    if (!payment) throw new Error(`payment ${confirmation.paymentId} does not exist`)
    const outcome = outcomeOf(payment, confirmation, received.get(payment.id)?.confirmation.invoiceId)
    if (outcome === 'twice' || outcome === 'review') strays.push(strayOf(payment, confirmation, outcome))
    if (outcome !== 'twice' && outcome !== 'already') received.set(payment.id, { confirmation, outcome })
    return { paymentId: payment.id, outcome }
  })
  await receive(work, payments, [...received.values()])
  if (strays.length > 0) await quarantine(work, strays)
  return outcomes
}

/** `before` is the invoice that confirmed this payment earlier in the same batch. */
function outcomeOf(
  payment: LockedPayment,
  { invoiceId, paidAmountIdr }: Confirmation,
  before: string | undefined,
): ConfirmationOutcome {
  const open = before === undefined && statesBefore(paymentTransitions, 'review').includes(payment.status)
  if (!open) return invoiceId === (before ?? payment.providerInvoiceId) ? 'already' : 'twice'
  if (paidAmountIdr !== payment.amountIdr) return 'review'
  return payment.status === 'expired' ? 'late' : 'paid'
}

function strayOf(
  payment: LockedPayment,
  { invoiceId, paidAmountIdr, paidAt, channel, paid }: Confirmation,
  outcome: 'twice' | 'review',
): StrayMoney {
  const kind = outcome === 'review' ? 'wrong_amount' : 'paid_twice'
  return { kind, invoiceId, payment, amountIdr: paidAmountIdr, paidAt, channel, paid }
}

async function receive(
  work: Work,
  payments: ReadonlyMap<string, LockedPayment>,
  received: readonly { confirmation: Confirmation; outcome: ConfirmationOutcome }[],
): Promise<void> {
  if (received.length === 0) return
  const rows = received.map(({ confirmation, outcome }) => ({
    id: confirmation.paymentId,
    status: outcome === 'review' ? 'review' : 'paid',
    channel: confirmation.channel,
    paidAmountIdr: confirmation.paidAmountIdr,
    paidAt: confirmation.paidAt,
    providerInvoiceId: confirmation.invoiceId,
    ...(confirmation.paid ?? unknownIds),
  }))
  // The invoice that was paid is the one that a refund names, whichever was stored when the link was opened.
  await moveState(work, paymentMachine, { rows, from: statesBefore(paymentTransitions, 'review'), all: true })
  const paid = received.flatMap(({ confirmation, outcome }) => {
    const payment = payments.get(confirmation.paymentId)
    return payment && outcome !== 'review' ? [payment] : []
  })
  await postReceived(work, paid)
}

async function postReceived(work: Work, payments: readonly LockedPayment[]): Promise<void> {
  if (payments.length === 0) return
  await lockPaidThings(work.tx, payments)
  await post(
    work,
    payments.map((payment) => {
      const dimensions = dimensionsOf(payment)
      return {
        key: `payment:${payment.id}:confirmed`,
        kind: 'payment.confirmed',
        subject: ['payment', payment.id],
        entries: [
          debit('gateway', payment.amountIdr, dimensions),
          credit(fundsOf(payment), payment.amountIdr, dimensions),
        ],
      }
    }),
  )
  for (const payment of payments) {
    work.emit({ type: 'payment.paid', aggregate: ['payment', payment.id], payload: subjectOf(payment) })
  }
}
