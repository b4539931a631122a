import type { Work } from '../../kernel/index.ts'
import { credit, debit, post, walletAccount } from '../../ledger/index.ts'
import { ensureWallets } from '../../wallet/index.ts'
import { takeSurplus } from '../entitlement/surplus.ts'
import type { LockedPayment } from '../payments/lock.ts'
import type { QuarantineDecision } from './apply.ts'
import { endReview } from './end-review.ts'
import { decideQuarantined, type LockedUnapplied } from './lock.ts'

/**
 * Gives quarantined money (such as a wrong amount) to a user's wallet. The payment that is in review because
 * of this money, if there is one, becomes refunded. What the provider has already refunded of this money is
 * taken out of the wallet again. The caller has checked that no undecided chargeback
 * concerns the money.
 */
export async function putIntoWallet(
  work: Work,
  unapplied: LockedUnapplied,
  userId: string,
  cameFor: LockedPayment | undefined,
): Promise<QuarantineDecision> {
  const { id, amountIdr, paymentId } = unapplied
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
  await takeSurplus(work, [{ owner: cameFor?.userId === userId ? cameFor.id : id, userId, amountIdr }])
  await decideQuarantined(work, unapplied, 'applied', { userId })
  return { id, status: 'applied', amountIdr, to: 'wallet', paymentId, userId }
}
