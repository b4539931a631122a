import {
  actorLabel,
  insertRows,
  newId,
  type Rupiah,
  requireStaff,
  rupiah,
  type Work,
} from '../kernel/index.ts'
import { credit, debit, type Entry, post, walletAccount } from '../ledger/index.ts'
import { walletErrors } from './errors.ts'
import { lockWallets } from './lock-wallets.ts'
import { openWallets } from './open-wallets.ts'
import { requireBalances } from './require-balances.ts'
import type { AdjustmentStatus } from './transitions.ts'

export interface WalletAdjustment {
  userId: string
  /** Positive gives, negative takes. */
  changeIdr: Rupiah
  /** Goodwill is the company's own money; a correction mends a mistake in the book. */
  kind: 'goodwill' | 'correction'
  reason: string
}

export interface AdjustmentView {
  id: string
  userId: string
  changeIdr: Rupiah
  kind: WalletAdjustment['kind']
  status: AdjustmentStatus
  note: string
  requestedBy: string
  decidedBy: string | null
  createdAt: Date
}

/**
 * Staff give to a wallet or take from it: goodwill by support and finance, corrections by finance. Up to
 * `policy.refundTwoPersonAboveIdr` it is posted at once; above it waits for another person (`decideAdjustment`).
 * @throws wallet.user_not_found, goodwill_gives, insufficient_balance, kernel.forbidden
 */
export async function adjustWallet(work: Work, input: WalletAdjustment): Promise<AdjustmentView> {
  const { userId, kind, reason: note } = input
  if (kind === 'goodwill') requireStaff(work.actor, 'support', 'finance')
  else requireStaff(work.actor, 'finance')
  const changeIdr = rupiah(input.changeIdr)
  if (kind === 'goodwill' && changeIdr <= 0) throw walletErrors.goodwill_gives({ changeIdr })
  await requireUser(work, userId)
  const isLarge = Math.abs(changeIdr) > work.policy.refundTwoPersonAboveIdr
  const by = actorLabel(work.actor)
  const adjustment: AdjustmentView = {
    id: newId(),
    userId,
    changeIdr,
    kind,
    status: isLarge ? 'requested' : 'posted',
    note,
    requestedBy: by,
    decidedBy: isLarge ? null : by,
    createdAt: work.now,
  }
  await insertRows(work.tx, 'walletAdjustments', [{ ...adjustment, decidedAt: isLarge ? null : work.now }])
  const after = { adjustmentId: adjustment.id, changeIdr, kind, status: adjustment.status }
  work.audit({ command: 'wallets adjust', subject: ['user', userId], after })
  if (!isLarge) await postAdjustment(work, adjustment)
  else {
    work.raise({
      kind: 'wallet_adjustment',
      subject: ['wallet_adjustment', adjustment.id],
      message: `an adjustment of ${changeIdr} rupiah waits for a second person`,
      command: `laku wallets adjustments approve ${adjustment.id}`,
    })
  }
  return adjustment
}

async function requireUser(work: Work, userId: string): Promise<void> {
  const user = await work.tx.selectFrom('users').select('id').where('id', '=', userId).executeTakeFirst()
  if (!user) throw walletErrors.user_not_found({ userId })
}

/** Books an adjustment, once by its key. @throws wallet.insufficient_balance */
export async function postAdjustment(
  work: Work,
  { id, userId, changeIdr, kind }: Pick<AdjustmentView, 'id' | 'userId' | 'changeIdr' | 'kind'>,
): Promise<void> {
  await openWallets(work, [userId])
  await lockWallets(work, [userId])
  const wallet = walletAccount(userId)
  const other = kind === 'goodwill' ? 'subsidy' : 'adjustments'
  if (changeIdr < 0) await requireBalances(work, [{ userId, amountIdr: -changeIdr }])
  const entries: Entry[] =
    changeIdr > 0
      ? [debit(other, changeIdr, { userId }), credit(wallet, changeIdr, { userId })]
      : [debit(wallet, -changeIdr, { userId }), credit(other, -changeIdr, { userId })]
  await post(work, [
    { key: `wallet-adjustment:${id}`, kind: `wallet.${kind}`, subject: ['wallet_adjustment', id], entries },
  ])
  const payload = { adjustmentId: id, userId, changeIdr, kind }
  work.emit({ type: 'wallet.adjusted', aggregate: ['user', userId], payload })
}
