import { kernelErrors, requireStaff, type Work } from '../../kernel/index.ts'
import { requestPaymentCancellation } from './cancel.ts'
import { decideContradiction } from './contradict.ts'
import { expireUnopenedOf } from './expire.ts'
import { showPayment } from './list.ts'
import { lockWholly } from './lock.ts'

export interface EndedPayment {
  id: string
  code: string
  status: string
  /**
   * True if the payment has not ended yet, because a job asks Xendit first. If the buyer pays at that moment,
   * the payment is paid.
   */
  asking: boolean
}

/**
 * Ends a pending payment before its time, for staff; its stock or units are released. A payment with an
 * invoice ends once Xendit has closed the invoice. If the invoice is paid at that moment, the payment is
 * paid.
 * @throws payment.not_found, kernel.illegal_transition, kernel.forbidden
 */
export async function endPayment(work: Work, input: { payment: string }): Promise<EndedPayment> {
  requireStaff(work.actor, 'support', 'finance')
  const { id, code } = await showPayment(work.tx, input.payment)
  const status = (await lockWholly(work.tx, [id])).get(id)?.status
  if (status !== 'pending') {
    throw kernelErrors.illegal_transition({ subject: 'payment', code, from: status, to: 'expired' })
  }
  await decideContradiction(work, id)
  const [ended] = await expireUnopenedOf(work, [id])
  if (!ended) await requestPaymentCancellation(work, [id])
  const after = { status: ended ? 'expired' : 'pending', asking: !ended }
  work.audit({ command: 'payments expire', subject: ['payment', id], before: { status }, after })
  return { id, code, ...after }
}
