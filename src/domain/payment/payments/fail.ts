import { moveState, statesBefore, type Work } from '../../kernel/index.ts'
import { paymentMachine, paymentTransitions } from '../transitions.ts'
import { type Payment, subjectOf } from '../views.ts'
import { lockPayments } from './lock.ts'

/**
 * Emits payment.failed for these payments. Their orders and participations then release their stock or units.
 */
export function announceFailed(work: Work, payments: readonly Payment[]): void {
  for (const payment of payments) {
    work.emit({ type: 'payment.failed', aggregate: ['payment', payment.id], payload: subjectOf(payment) })
  }
}

/**
 * Ends pending payments that Xendit will never accept. Payments that are not pending stay as they are.
 */
export async function failPayments(work: Work, paymentIds: readonly string[]): Promise<void> {
  const locked = await lockPayments(work.tx, paymentIds)
  const before = statesBefore(paymentTransitions, 'failed')
  const open = [...locked.values()].filter((payment) => before.includes(payment.status))
  await moveState(work, paymentMachine, { to: 'failed', ids: open.map((payment) => payment.id), all: true })
  announceFailed(work, open)
}
