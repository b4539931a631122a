import { requireStaff, type Work } from '../../kernel/index.ts'
import { type PaymentView, paymentView } from '../../payment/index.ts'
import { groupBuyingErrors } from '../errors.ts'

/**
 * Returns the payment that a buyer's place in a session waits for (service map: `POST /api/payments/escrow`).
 * The payment exists already, because the buyer's join created it.
 * @throws group_buying.participant_not_found, kernel.forbidden
 */
export async function escrowPayment(
  work: Work,
  input: { participantId: string; publicUrl: string },
): Promise<PaymentView> {
  requireStaff(work.actor, 'service', 'support', 'finance')
  const payment = await work.tx
    .selectFrom('payments')
    .selectAll()
    .where('participantId', '=', input.participantId)
    .executeTakeFirst()
  if (!payment) throw groupBuyingErrors.participant_not_found({ participantId: input.participantId })
  return paymentView(payment, input.publicUrl)
}
