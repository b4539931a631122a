import { type Rupiah, secondsAfter, sumIdr } from '../../kernel/index.ts'
import type { GatewayContext } from '../context.ts'
import type { GatewayRefund } from '../gateway.ts'
import { listLagS } from '../reconciliation/list-lag.ts'
import type { SentRefund } from './claim.ts'

/** Returns true if the money of a refund at Xendit has reached the buyer, or may still reach the buyer. */
export const mayHaveGone = ({ status }: { status: string }) => status === 'PENDING' || status === 'SUCCEEDED'

/**
 * Tells whether Xendit has refunded more of a payment (`refundedIdr`) than its listed refunds and laku's
 * ledger (`bookedIdr`) show. Then Xendit may have made a refund that it does not list. `shownIdr` is the sum
 * of the listed refunds.
 */
export function hiddenRefund(
  refundedIdr: Rupiah | null | undefined,
  listed: readonly { status: string; amountIdr: Rupiah }[],
  bookedIdr: Rupiah,
): { isHidden: boolean; shownIdr: Rupiah } {
  const shownIdr = sumIdr(listed.filter(mayHaveGone).map(({ amountIdr }) => amountIdr))
  return { isHidden: (refundedIdr ?? 0) > Math.max(shownIdr, bookedIdr), shownIdr }
}

/**
 * Decides whether a refund may be sent to Xendit, for the first time or again after a lost answer. It is sent
 * again only under three conditions. Xendit surely still knows its idempotency key. Enough time has passed
 * for Xendit's lists to show the refund of the first call. Neither the lists nor the payment's refunded sum
 * show that refund.
 */
export function maySend(
  { unitOfWork }: GatewayContext,
  refund: SentRefund,
  all: readonly GatewayRefund[],
  refundedIdr: number | undefined,
): boolean {
  if (refund.status !== 'submitted') return false
  if (hiddenRefund(refundedIdr, all, refund.bookedIdr).isHidden) return false
  if (refund.calls === 0 || !refund.firstCalledAt || !refund.lastCalledAt) return true
  if (refundedIdr === undefined) return false
  const now = unitOfWork.clock.now()
  const { policy } = unitOfWork
  return (
    now < secondsAfter(refund.firstCalledAt, policy.providerKeyHours * 3600) &&
    now >= secondsAfter(refund.lastCalledAt, listLagS(policy))
  )
}

/** Returns true once the refund's idempotency key has expired at Xendit. */
export function isKeyOver({ unitOfWork }: GatewayContext, { firstCalledAt }: SentRefund): boolean {
  const { providerKeyHours } = unitOfWork.policy
  return (
    firstCalledAt !== null && unitOfWork.clock.now() >= secondsAfter(firstCalledAt, providerKeyHours * 3600)
  )
}
