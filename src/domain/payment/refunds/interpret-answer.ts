import type { Rupiah } from '../../kernel/index.ts'
import type { GatewayRefund } from '../gateway.ts'
import type { RefundStatus } from '../transitions.ts'
import { referenceOf } from './claim.ts'

/** One refund at the provider: its last known state, and the sum of it that is in our book. */
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
  /** This refund at the provider paid back money that is still owed to the buyer. */
  | 'succeeded'
  /** The call that is under way has failed. */
  | 'failed'
  /** The refund is under way, and laku follows it by this provider id from now on. */
  | 'taken'
  /** This refund is under way at the provider beside the one that laku follows. */
  | 'beside'
  | 'nothing'

/** The states in which the money is owed to the buyer and has a place in our book to come from. */
const owed: ReadonlySet<RefundStatus> = new Set(['approved', 'submitted', 'failed'])

/** True where the provider's refund moved no money, or the money came back. */
const isOver = (status: string) => ['FAILED', 'CANCELLED', 'REVERSED'].includes(status)

/**
 * Returns the sum that our book must show as paid out by one refund of the provider, after its latest answer.
 * PENDING after SUCCEEDED takes nothing back.
 */
export function goneIdr(before: Pick<ProviderRefund, 'bookedIdr'>, answer: GatewayRefund): Rupiah {
  if (answer.status === 'SUCCEEDED') return answer.amountIdr
  return isOver(answer.status) ? 0 : before.bookedIdr
}

/**
 * Decides what each update of a refund means, whatever laku believed before and in whatever order updates
 * come. The money of a refund goes out once: by the first of its calls that is known to have succeeded, even
 * after a report that it failed. All other money that moves has no place.
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
