import { moveState, type Rupiah, requireStaff, statesBefore, type Work } from '../../kernel/index.ts'
import { credit, debit, post, walletAccount } from '../../ledger/index.ts'
import { type LimitUse, takeLimit } from '../../ops/index.ts'
import { ensureWallets } from '../../wallet/index.ts'
import { readSurplus, takeSurplus } from '../entitlement/surplus.ts'
import { paymentErrors } from '../errors.ts'
import { dimensionsOf, fundsOf } from '../escrow/funds.ts'
import type { LockedPayment } from '../payments/lock.ts'
import { paymentMachine, paymentTransitions } from '../transitions.ts'
import { subjectOf } from '../views.ts'
import { takeParts } from '../wallet-part/take-parts.ts'
import { endReview } from './end-review.ts'
import { decideQuarantined, type LockedUnapplied, lockQuarantined, requireNotChargedBack } from './lock.ts'
import { putIntoWallet } from './put-into-wallet.ts'

export interface ApplyQuarantined {
  id: string
  /**
   * The id (UUID) of the payment that gets the quarantined money. Default: the payment for which the paid
   * invoice was made.
   */
  paymentId?: string | undefined
  /**
   * The wallet that gets the quarantined money instead of a payment. `buyer`: the wallet of the buyer for
   * whose payment the money came.
   */
  wallet?: 'buyer' | { userId: string } | undefined
}

export interface QuarantineDecision {
  id: string
  status: 'applied' | 'refunded'
  amountIdr: Rupiah
  to: 'payment' | 'wallet' | 'source'
  paymentId: string | null
  userId: string | null
}

/**
 * Takes money out of quarantine and gives it to a payment or a wallet. The payment becomes paid, and its
 * order or participation reacts to payment.paid. If the money is less than the payment's amount, the company
 * adds the rest, up to `policy.refundTwoPersonAboveIdr`. If it is more, the surplus goes to the wallet. If
 * the money goes to a wallet instead of a payment, the payment that is in review because of this money fails.
 * @throws payment.not_in_quarantine, quarantine_decided, no_payment, not_payable, shortfall_too_large,
 * maybe_charged_back, refunded_already, kernel.forbidden
 */
export async function applyQuarantined(work: Work, input: ApplyQuarantined): Promise<QuarantineDecision> {
  requireStaff(work.actor, 'finance')
  const { unapplied, payments } = await lockQuarantined(work, input.id, input.paymentId)
  await requireNotChargedBack(work, unapplied)
  const payment = payments.get(input.paymentId ?? unapplied.paymentId ?? '')
  const cameFor = payments.get(unapplied.paymentId ?? '')
  if (!input.wallet && cameFor && cameFor.id !== payment?.id) await giveUp(work, unapplied, cameFor)
  if (input.wallet) {
    const userId = input.wallet === 'buyer' ? payment?.userId : input.wallet.userId
    if (!userId) throw paymentErrors.no_payment({ id: unapplied.id })
    await takeLimit(work, unappliedUse(unapplied, userId))
    return await putIntoWallet(work, unapplied, userId, payments.get(unapplied.paymentId ?? ''))
  }
  if (!payment) throw paymentErrors.no_payment({ id: unapplied.id })
  await requireNotRefunded(work, unapplied)
  await takeLimit(
    work,
    unappliedUse(unapplied, payment.userId, Math.max(unapplied.amountIdr, payment.amountIdr)),
  )
  return await ontoPayment(work, unapplied, payment)
}

/**
 * Refuses to pay a payment with money of which the provider has refunded a part by itself.
 * @throws payment.refunded_already
 */
async function requireNotRefunded(work: Work, { id, amountIdr }: LockedUnapplied): Promise<void> {
  const goneIdr = (await readSurplus(work, [id])).get(id)?.waitsIdr ?? 0
  if (goneIdr > 0) throw paymentErrors.refunded_already({ id, amountIdr, refundedIdr: goneIdr })
}

/**
 * Builds the record by which a decision about quarantined money is counted towards the limits on the money
 * that one person may give away. The amount includes the sum that the company adds.
 */
export const unappliedUse = (
  { id, amountIdr }: LockedUnapplied,
  userId: string,
  givenIdr = amountIdr,
): LimitUse => ({
  kind: 'quarantine',
  subject: ['quarantine', id],
  receiver: `user:${userId}`,
  amountIdr: givenIdr,
})

async function ontoPayment(
  work: Work,
  unapplied: LockedUnapplied,
  payment: LockedPayment,
): Promise<QuarantineDecision> {
  const { id, code, status, userId } = payment
  if (!statesBefore(paymentTransitions, 'paid').includes(status))
    throw paymentErrors.not_payable({ paymentId: id, code, status })
  // Money of another invoice waits in quarantine for this payment. Staff must first decide about that money.
  if (status === 'review' && unapplied.paymentId !== id)
    throw paymentErrors.not_payable({ paymentId: id, code, status })
  const part = (await takeParts(work, [payment])).get(id)
  const walletIdr = part?.amountIdr ?? 0
  const paidAmountIdr = unapplied.amountIdr + walletIdr
  const missingIdr = Math.max(0, payment.amountIdr - paidAmountIdr)
  const surplusIdr = Math.max(0, paidAmountIdr - payment.amountIdr)
  if (missingIdr > work.policy.refundTwoPersonAboveIdr)
    throw paymentErrors.shortfall_too_large({ missingIdr })
  const { channel, paidAt, providerInvoiceId } = unapplied
  const { providerPaymentId, providerPaymentRequestId, paymentSource } = unapplied
  const ids = { providerPaymentId, providerPaymentRequestId, paymentSource }
  const set = { channel, paidAmountIdr, walletIdr, paidAt, providerInvoiceId, ...ids }
  await moveState(work, paymentMachine, { to: 'paid', ids: [id], set, all: true })
  if (surplusIdr > 0) await ensureWallets(work, [userId])
  const dimensions = dimensionsOf(payment)
  await post(work, [
    {
      key: `payment:${id}:confirmed`,
      kind: 'payment.confirmed',
      subject: ['payment', id],
      entries: [
        debit('quarantine', unapplied.amountIdr, dimensions),
        ...(part ? [part] : []),
        debit('subsidy', missingIdr, dimensions),
        credit(fundsOf(payment), payment.amountIdr, dimensions),
        credit(walletAccount(userId), surplusIdr, dimensions),
      ],
    },
  ])
  await takeSurplus(work, [{ owner: id, userId, amountIdr: surplusIdr }])
  await decideQuarantined(work, unapplied, 'applied', {
    paymentId: id,
    missingIdr,
    surplusIdr,
    ...(payment.walletIdr > 0 && { walletIdr }),
  })
  work.emit({ type: 'payment.paid', aggregate: ['payment', id], payload: subjectOf(payment) })
  return {
    id: unapplied.id,
    status: 'applied',
    amountIdr: unapplied.amountIdr,
    to: 'payment',
    paymentId: id,
    userId,
  }
}

/**
 * Ends the payment for which this quarantined money came, because another payment gets the money. Removes the
 * paid invoice's id from the ended payment. The id moves to the other payment, because a refund of the money
 * names the invoice.
 */
async function giveUp(work: Work, unapplied: LockedUnapplied, cameFor: LockedPayment): Promise<void> {
  await endReview(work, unapplied, cameFor, 'refunded')
  await work.tx
    .updateTable('payments')
    .set({ providerInvoiceId: null })
    .where('id', '=', cameFor.id)
    .where('providerInvoiceId', '=', unapplied.providerInvoiceId)
    .execute()
}
