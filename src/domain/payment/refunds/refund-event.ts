import type { NewEvent, Rupiah } from '../../kernel/index.ts'
import type { RefundDestination } from '../rules.ts'
import { type Payment, subjectOf } from '../views.ts'

export interface RefundFacts {
  id: string
  code: string
  amountIdr: Rupiah
  reason: string
  destination: RefundDestination
}

/** Builds the event about a refund and the payment that it belongs to. */
export function refundEvent(
  type: 'refund.decided' | 'refund.succeeded',
  payment: Payment,
  refund: RefundFacts,
): NewEvent {
  return { type, aggregate: ['refund', refund.id], payload: refundPayload(payment, refund) }
}

/**
 * Builds the event `refund.waiting`: a refund cannot be sent yet, because our balance at the provider is too
 * low. The event is sent only once for each refund, even if the refund waits several times.
 */
export function refundWaits(payment: Payment, refund: RefundFacts): NewEvent {
  return { type: 'refund.waiting', aggregate: ['refund', refund.id], payload: refundPayload(payment, refund) }
}

/**
 * Builds the event `refund.failed`: the provider refused a refund. The event also says what happens to the
 * refund next.
 */
export function refundFailed(
  payment: Payment,
  refund: RefundFacts,
  no: { failureCode: string; attempt: number; isTriedAgain: boolean },
): NewEvent {
  const payload = { ...refundPayload(payment, refund), ...no }
  return { type: 'refund.failed', aggregate: ['refund', refund.id], payload }
}

function refundPayload(payment: Payment, refund: RefundFacts) {
  const { id: refundId, code: refundCode, amountIdr: refundIdr, reason, destination } = refund
  return { ...subjectOf(payment), refundId, refundCode, refundIdr, reason, destination }
}
