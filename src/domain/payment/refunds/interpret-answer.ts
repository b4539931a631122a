import type { Rupiah } from '../../kernel/index.ts'
import type { GatewayRefund } from '../gateway.ts'
import type { RefundStatus } from '../transitions.ts'
import { referenceOf } from './claim.ts'

/** One refund as the provider has it: its last known state, and the part of it that is in our book. */
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

/** The fields of our refund by which the provider's updates are judged. */
export interface HeardRefund {
  code: string
  status: RefundStatus
  attempt: number
  amountIdr: Rupiah
  destination: 'source' | 'wallet'
  providerRefundId: string | null
}

export type WhatWasHeard =
  /** This refund at the provider paid back money that is still owed to the buyer. */
  | 'succeeded'
  /** The refund's current call has failed. */
  | 'failed'
  /** The refund is under way at the provider, and laku follows it by this provider id from now on. */
  | 'taken'
  /** The provider has this refund under way besides the one that laku follows. */
  | 'beside'
  | 'nothing'

/**
 * The states in which the refund's money is still owed to the buyer, and our book has an account to pay it
 * from.
 */
const owed: ReadonlySet<RefundStatus> = new Set(['approved', 'submitted', 'failed'])

/** Returns true if the provider's refund moved no money, or its money came back. */
const isOver = (status: string) => ['FAILED', 'CANCELLED', 'REVERSED'].includes(status)

/**
 * Returns the sum that our book must show as paid out by one refund of the provider, after its latest answer.
 * A PENDING after SUCCEEDED reverses nothing.
 */
export function goneIdr(before: Pick<ProviderRefund, 'bookedIdr'>, answer: GatewayRefund): Rupiah {
  if (answer.status === 'SUCCEEDED') return answer.amountIdr
  return isOver(answer.status) ? 0 : before.bookedIdr
}

/**
 * Decides the meaning of an update of a refund, whatever laku believed before and in whatever order updates
 * come. The money of a refund goes out once: by the first of its calls that is known to have succeeded, even
 * after a report that it failed. All other money that moves goes into suspense.
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
