import { sql } from 'kysely'
import { kernelErrors, requireStaff, type Work } from '../kernel/index.ts'
import { paymentErrors } from './errors.ts'
import { failRefunds } from './fail-refunds.ts'
import { getRefund, type RefundDetail } from './list-refunds.ts'
import { type LockedPayment, lockWholly } from './lock-payments.ts'
import { putIntoWallets } from './put-into-wallets.ts'
import type { LockedRefund } from './settle-refunds.ts'

export interface RefundRetry {
  /** UUID or code. */
  refund: string
  /** Into the buyer's wallet instead: its source takes nothing back. */
  wallet?: boolean | undefined
  /** The provider's id of it, looked up there, of one whose outcome stayed unknown. */
  providerRefundId?: string | undefined
  /** Looked up there as well: it was never made. */
  notSent?: boolean | undefined
}

/**
 * Staff help a refund on. One that failed is sent again now, under a new key, for the no was definite; or goes to the wallet. One
 * whose answer is outstanding is asked about now, under the same key; and when that key protects from a second one no more, only
 * after staff have looked it up at the provider and say what they found.
 * @throws payment.refund_not_found, look_it_up, no_wallet, kernel.illegal_transition, kernel.forbidden
 */
export async function retryRefund(work: Work, input: RefundRetry): Promise<RefundDetail> {
  requireStaff(work.actor, 'finance')
  const { refund, payment } = await lockOne(work, input.refund)
  const { id, code, status, nextCheckAt } = refund
  const isLost = status === 'submitted' && nextCheckAt === null
  if (input.notSent && isLost) {
    const payments = new Map(payment ? [[payment.id, payment]] : [])
    await failRefunds(work, [{ id, failureCode: 'NOT_SENT' }], new Map([[id, refund]]), payments)
  } else if (isLost) {
    if (!input.providerRefundId) throw paymentErrors.look_it_up({ refund: code })
    await sql`update refunds set provider_refund_id = ${input.providerRefundId} where id = ${id}::uuid`.execute(
      work.tx,
    )
  } else if (status !== 'failed' && status !== 'submitted' && status !== 'approved') {
    throw kernelErrors.illegal_transition({ subject: 'refund', code, from: status, to: 'approved' })
  }
  if (input.wallet) {
    if (status !== 'failed')
      throw kernelErrors.illegal_transition({ subject: 'refund', code, from: status, to: 'to_wallet' })
    if (!payment) throw paymentErrors.no_wallet({ refund: code })
    await putIntoWallets(work, [{ ...refund, payment }])
  } else {
    // The sweep sends it within a second.
    await sql`
      update refunds set next_check_at = ${work.now}
      where id = ${id}::uuid and status in ('approved', 'submitted', 'failed')`.execute(work.tx)
  }
  const after = await getRefund(work.tx, id)
  work.audit({
    command: 'refunds retry',
    subject: ['refund', id],
    before: { status, attempt: refund.attempt },
    after: { status: after.status, providerRefundId: after.providerRefundId },
  })
  return after
}

type Locked = LockedRefund & { nextCheckAt: Date | null }

async function lockOne(
  work: Work,
  text: string,
): Promise<{ refund: Locked; payment: LockedPayment | undefined }> {
  const { id, paymentId } = await getRefund(work.tx, text)
  const payments = await lockWholly(work.tx, paymentId ? [paymentId] : [])
  const { rows } = await sql<Locked>`
    select id, code, payment_id, quarantine_id, amount_idr, reason, destination, status, attempt, next_check_at
    from refunds where id = ${id}::uuid for no key update`.execute(work.tx)
  const [refund] = rows
  if (!refund) throw paymentErrors.refund_not_found({ refund: text })
  return { refund, payment: payments.get(paymentId ?? '') }
}
