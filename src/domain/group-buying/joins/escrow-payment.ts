import { requireStaff, type Work } from '../../kernel/index.ts'
import { type PaymentView, paymentView } from '../../payment/index.ts'
import { groupBuyingErrors } from '../errors.ts'

/**
 * Returns the payment that a participation waits for (service map: `POST /api/payments/escrow`). The payment
 * was made with the join, in the same transaction, so this use case finds the payment and makes none.
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
