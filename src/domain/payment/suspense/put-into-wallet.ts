import type { Work } from '../../kernel/index.ts'
import { credit, debit, post, walletAccount } from '../../ledger/index.ts'
import { ensureWallets } from '../../wallet/index.ts'
import type { LockedPayment } from '../payments/lock.ts'
import type { QuarantineDecision } from './apply.ts'
import { endReview } from './end-review.ts'
import { decideQuarantined, type LockedUnapplied, requireNotChargedBack } from './lock.ts'

/**
 * Gives quarantined money (such as a wrong amount) to a user's wallet. The payment that is in review because
 * of this money, if there is one, becomes refunded.
 * @throws payment.maybe_charged_back
 */
export async function putIntoWallet(
  work: Work,
  unapplied: LockedUnapplied,
  userId: string,
  cameFor: LockedPayment | undefined,
): Promise<QuarantineDecision> {
  const { id, amountIdr, paymentId } = unapplied
  await requireNotChargedBack(work, unapplied)
  await endReview(work, unapplied, cameFor, 'refunded')
  await ensureWallets(work, [userId])
  await post(work, [
    {
      key: `quarantine:${id}:applied`,
      kind: 'quarantine.applied',
      subject: paymentId ? ['payment', paymentId] : ['quarantine', id],
      entries: [
        debit('quarantine', amountIdr, { userId }),
        credit(walletAccount(userId), amountIdr, { userId }),
      ],
    },
  ])
  await decideQuarantined(work, unapplied, 'applied', { userId })
  return { id, status: 'applied', amountIdr, to: 'wallet', paymentId, userId }
}
