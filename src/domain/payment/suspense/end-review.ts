import { moveState, type Work } from '../../kernel/index.ts'
import { announceFailed } from '../payments/fail.ts'
import type { LockedPayment } from '../payments/lock.ts'
import { paymentMachine } from '../transitions.ts'
import type { LockedUnapplied } from './lock.ts'

/**
 * Reports that a payment in review has failed. Its buyer had paid a wrong amount, and this money waited in
 * quarantine. Now the money was put to another use or sent back. With `status` refunded, the payment becomes
 * refunded now. Otherwise it becomes refunded when the money has gone back for good.
 */
export async function endReview(
  work: Work,
  unapplied: LockedUnapplied,
  payment: LockedPayment | undefined,
  status: 'review' | 'refunded',
): Promise<void> {
  if (unapplied.kind !== 'wrong_amount' || payment?.status !== 'review') return
  if (status === 'refunded')
    await moveState(work, paymentMachine, { to: status, from: 'review', ids: [payment.id], all: true })
  announceFailed(work, [payment])
}
