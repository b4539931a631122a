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
  /** True where a job asks the provider first; money paid in that moment counts. */
  asking: boolean
}

/**
 * Staff end a pending payment before its time, and what waits for it gives up its hold or its stock. One
 * whose invoice exists ends when the provider has closed that (payment.withdrawn); paid in that moment, it is
 * paid. That a webhook calls it paid holds it open no longer.
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
