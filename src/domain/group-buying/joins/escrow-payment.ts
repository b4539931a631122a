import { requireStaff, type Work } from '../../kernel/index.ts'
import { type PaymentView, paymentView } from '../../payment/index.ts'
import { groupBuyingErrors } from '../errors.ts'

/**
 * The service map's `POST /api/payments/escrow`: the payment that a participation waits for. It was made with
 * the join, in the same transaction, so this finds it and makes none.
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
