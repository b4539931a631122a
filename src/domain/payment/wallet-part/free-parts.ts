import type { EventOf, Work } from '../../kernel/index.ts'
import { balances, credit, debit, paymentHold, post, walletAccount } from '../../ledger/index.ts'
import { ensureWallets } from '../../wallet/index.ts'
import { dimensionsOf } from '../escrow/funds.ts'

/**
 * Reaction to payment.expired and payment.failed: gives back to the buyer's wallet the part that was held for
 * the payment. This reaction runs after the reactions of orders and participations, because wallets must be
 * locked after orders and participations.
 */
export async function freeParts(
  work: Work,
  events: readonly EventOf<'payment.expired' | 'payment.failed'>[],
): Promise<void> {
  const ended = events.flatMap(({ payload }) => (payload.walletIdr > 0 ? [payload] : []))
  if (ended.length === 0) return
  const keys = ended.map(({ paymentId }) => paymentHold(paymentId))
  const held = new Map(
    (await balances(work.tx, keys)).map((balance) => [balance.account, balance.balanceIdr]),
  )
  // A payment that expired earlier fails now, if money for it arrived late and went back. Its wallet part was
  // freed when it expired, so that part is not freed again.
  const freed = ended.filter(({ paymentId }) => (held.get(paymentHold(paymentId)) ?? 0) > 0)
  await ensureWallets(
    work,
    freed.map(({ userId }) => userId),
  )
  await post(
    work,
    freed.map((payment) => {
      const { paymentId, userId, walletIdr } = payment
      const dimensions = dimensionsOf(payment)
      return {
        key: `payment:${paymentId}:freed`,
        kind: 'payment.freed',
        subject: ['payment', paymentId],
        entries: [
          debit(paymentHold(paymentId), walletIdr, dimensions),
          credit(walletAccount(userId), walletIdr, dimensions),
        ],
      }
    }),
  )
}
