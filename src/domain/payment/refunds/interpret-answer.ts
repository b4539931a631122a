import type { Rupiah } from '../../kernel/index.ts'
import type { GatewayRefund } from '../gateway.ts'
import { outstandingRefundStates, type RefundStatus } from '../transitions.ts'
import { referenceOf } from './claim.ts'

/**
 * A refund in the provider's records: its last known state there, and the part of it that is booked in laku's
 * ledger.
 */
export interface ProviderRefund {
  providerRefundId: string
  refundId: string
  reference: string
  status: string
  amountIdr: Rupiah
  failureCode: string | null
  bookedIdr: Rupiah
  bookings: number
  nextCheckAt: Date | null
}

/** The fields of laku's refund that decide the meaning of the provider's updates of it. */
export interface HeardRefund {
  code: string
  status: RefundStatus
  attempt: number
  amountIdr: Rupiah
  destination: 'source' | 'wallet'
  providerRefundId: string | null
}

export type WhatWasHeard =
  /** laku still owed this refund to the buyer, and the provider has now paid it. */
  | 'succeeded'
  /** The refund's current attempt has failed. */
  | 'failed'
  /** The refund is under way at the provider, and from now on laku follows it by the provider's id. */
  | 'taken'
  /** This refund is under way at the provider, but it is not the one that laku follows. */
  | 'beside'
  | 'nothing'

/** Returns true if a refund at the provider moved no money, or its money came back. */
const isOver = (status: string) => ['FAILED', 'CANCELLED', 'REVERSED'].includes(status)

/**
 * Returns the sum that one of the provider's refunds has paid out, by the provider's latest answer. laku's
 * ledger must have this sum. If the answer is PENDING, the sum that is already booked stays.
 */
export function goneIdr(before: Pick<ProviderRefund, 'bookedIdr'>, answer: GatewayRefund): Rupiah {
  if (answer.status === 'SUCCEEDED') return answer.amountIdr
  return isOver(answer.status) ? 0 : before.bookedIdr
}

/**
 * Decides the meaning of the provider's update of a refund, whatever laku believed before. Updates may come
 * in any order. The first call that succeeded pays the refund, even if the provider reported earlier that the
 * call failed. All other money that the provider moves for the refund goes into the suspense account
 * (unexplained money).
 */
export function interpretRefundAnswer(
  refund: HeardRefund,
  before: ProviderRefund,
  answer: GatewayRefund,
): WhatWasHeard {
  const { status } = answer
  const isOwed = outstandingRefundStates.includes(refund.status) && refund.destination === 'source'
  if (status === 'SUCCEEDED') return before.bookedIdr === 0 && isOwed ? 'succeeded' : 'nothing'
  const isCurrent =
    before.reference === referenceOf(refund) &&
    (refund.providerRefundId === null || refund.providerRefundId === answer.id)
  if (isOver(status)) return refund.status === 'submitted' && isCurrent ? 'failed' : 'nothing'
  return refund.status === 'submitted' && isCurrent ? 'taken' : 'beside'
}
