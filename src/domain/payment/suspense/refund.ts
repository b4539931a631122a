import { insertRows, newCode, newId, requireStaff, secondsAfter, type Work } from '../../kernel/index.ts'
import { credit, debit, post, walletAccount } from '../../ledger/index.ts'
import { takeLimit } from '../../ops/index.ts'
import { ensureWallets } from '../../wallet/index.ts'
import { takeSurplus } from '../entitlement/surplus.ts'
import { paymentErrors } from '../errors.ts'
import { JOB_GRACE_S } from '../refunds/decide.ts'
import { refundEvent } from '../refunds/refund-event.ts'
import { refundWay } from '../rules.ts'
import { type QuarantineDecision, unappliedUse } from './apply.ts'
import { endReview } from './end-review.ts'
import { decideQuarantined, lockQuarantined, requireNotChargedBack } from './lock.ts'

const REASON = 'quarantine'

/**
 * Sends quarantined money (such as a wrong amount) back to its payer: to the bank, card or e-wallet that
 * paid, if that payment channel accepts refunds. Otherwise the money goes to the wallet of the buyer for
 * whose payment it came. If the buyer's payment was in review because of this money, the payment fails. It
 * becomes refunded once the payer has the money. If `adopted` is given, the refund was sent before a restore
 * of the database, so only its row is created.
 * @throws payment.not_in_quarantine, quarantine_decided, no_source, maybe_charged_back, kernel.forbidden
 */
export async function refundQuarantined(
  work: Work,
  input: { id: string; adopted?: { code: string; attempt: number } },
): Promise<QuarantineDecision> {
  requireStaff(work.actor, 'finance')
  const { unapplied, payments } = await lockQuarantined(work, input.id)
  await requireNotChargedBack(work, unapplied)
  const { amountIdr, paymentId, channel, paymentSource, paidAt } = unapplied
  const payment = payments.get(paymentId ?? '')
  const paidBy = {
    method: 'invoice',
    channel,
    paymentSource,
    paidAt,
    amountIdr,
    walletIdr: 0,
    paidAmountIdr: amountIdr,
    chargedBackIdr: 0,
  }
  const { adopted } = input
  const { destination, notBefore } = adopted
    ? ({ destination: 'source', notBefore: null } as const)
    : refundWay(paidBy, amountIdr, work)
  const toWallet = destination === 'wallet'
  // Only a refund to a wallet counts towards the staff member's limits on giving away money. A refund to the
  // source is not counted, because the payer gets back their own money.
  if (toWallet && payment) await takeLimit(work, unappliedUse(unapplied, payment.userId))
  if (toWallet && !payment) throw paymentErrors.no_source({ id: unapplied.id, channel })
  const code = adopted?.code ?? newCode('RFD', work.now)
  const refund = { id: newId(), code, amountIdr, reason: REASON, destination }
  await insertRows(work.tx, 'refunds', [
    {
      ...refund,
      key: `quarantine:${unapplied.id}`,
      paymentId,
      quarantineId: unapplied.id,
      status: toWallet ? 'succeeded' : 'approved',
      attempt: adopted?.attempt ?? 1,
      sendAfter: notBefore,
      nextCheckAt: toWallet ? null : (notBefore ?? secondsAfter(work.now, JOB_GRACE_S)),
      createdAt: work.now,
      finishedAt: toWallet ? work.now : null,
    },
  ])
  if (toWallet && payment) await ensureWallets(work, [payment.userId])
  const dimensions = payment ? { userId: payment.userId, sessionId: payment.sessionId } : {}
  const to = toWallet && payment ? walletAccount(payment.userId) : 'refunds-payable'
  await post(work, [
    {
      key: `refund:${refund.id}:decided`,
      kind: 'refund.decided',
      subject: ['refund', refund.id],
      entries: [debit('quarantine', amountIdr, dimensions), credit(to, amountIdr, dimensions)],
    },
  ])
  if (toWallet && payment) {
    const { id: owner, userId } = payment
    await takeSurplus(work, [{ owner, userId, amountIdr }])
  }
  await endReview(work, unapplied, payment, toWallet ? 'refunded' : 'review')
  await decideQuarantined(work, unapplied, 'refunded', { refund: refund.code, destination })
  if (payment) work.emit(refundEvent('refund.decided', payment, refund))
  if (payment && toWallet) work.emit(refundEvent('refund.succeeded', payment, refund))
  return {
    id: unapplied.id,
    status: 'refunded',
    amountIdr,
    to: destination,
    paymentId,
    userId: payment?.userId ?? null,
  }
}
