import type { Rupiah } from '../../kernel/index.ts'
import type { GatewayRefund } from '../gateway.ts'
import type { RefundStatus } from '../transitions.ts'
import { referenceOf } from './claim.ts'

/** One refund at the provider, as it was heard of last, and what of it is in our book. */
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

/** A refund of ours, as far as updates of it are judged. */
export interface HeardRefund {
  code: string
  status: RefundStatus
  attempt: number
  amountIdr: Rupiah
  destination: 'source' | 'wallet'
  providerRefundId: string | null
}

export type WhatWasHeard =
  /** Its money is owed to the buyer still, and went back by this. */
  | 'succeeded'
  /** The call that is under way came to nothing. */
  | 'failed'
  /** It is under way, and is followed by this id from now on. */
  | 'taken'
  /** It is under way beside what laku follows. */
  | 'beside'
  | 'nothing'

/** The states in which the money is owed to the buyer and has a place in our book to come from. */
const owed: ReadonlySet<RefundStatus> = new Set(['approved', 'submitted', 'failed'])

/** It moved nothing, or what it moved came back. */
const isOver = (status: string) => ['FAILED', 'CANCELLED', 'REVERSED'].includes(status)

/**
 * Returns the sum that our book must say left by a refund of the provider, by what is heard of the refund
 * now. PENDING after SUCCEEDED takes nothing back.
 */
export function goneIdr(before: Pick<ProviderRefund, 'bookedIdr'>, answer: GatewayRefund): Rupiah {
  if (answer.status === 'SUCCEEDED') return answer.amountIdr
  return isOver(answer.status) ? 0 : before.bookedIdr
}

/**
 * The one rule for what updates of a refund mean, whatever we believed and in whatever order they come. The
 * money of a refund goes out once: by the first of its calls that is heard to have succeeded, even if it was
 * said to have failed. Everything else that moves has no place.
 */
export function interpretRefundAnswer(
  refund: HeardRefund,
  before: ProviderRefund,
  answer: GatewayRefund,
): WhatWasHeard {
  const { status } = answer
  const isOwed = owed.has(refund.status) && refund.destination === 'source'
  if (status === 'SUCCEEDED') return before.bookedIdr === 0 && isOwed ? 'succeeded' : 'nothing'
  const isCurrent =
    before.reference === referenceOf(refund) &&
    (refund.providerRefundId === null || refund.providerRefundId === answer.id)
  if (isOver(status)) return refund.status === 'submitted' && isCurrent ? 'failed' : 'nothing'
  return refund.status === 'submitted' && isCurrent ? 'taken' : 'beside'
}
