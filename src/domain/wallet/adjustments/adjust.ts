import { sql } from 'kysely'
import {
  actorLabel,
  insertRows,
  newId,
  type Rupiah,
  requireStaff,
  rupiah,
  secondsAfter,
  type Work,
} from '../../kernel/index.ts'
import { credit, debit, type Entry, post, walletAccount } from '../../ledger/index.ts'
import { countUse, isOverLimit, type LimitUse } from '../../ops/index.ts'
import { lockedBuyers, type UserStatus } from '../../user/index.ts'
import { ensureWallets } from '../ensure-wallets.ts'
import { walletErrors } from '../errors.ts'
import { lockWallets } from '../lock.ts'
import { requireBalances } from '../require-balances.ts'
import type { AdjustmentStatus } from '../transitions.ts'

export interface WalletAdjustment {
  userId: string
  /**
   * The change of the wallet's balance in rupiah. Positive: money is added to the wallet. Negative: money is
   * taken out of it.
   */
  changeIdr: Rupiah
  /**
   * The kind of the wallet adjustment. Goodwill is a gift from the company. A correction fixes an error in
   * the ledger.
   */
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
 * Adds money to a wallet or takes money out of it. Support and finance give goodwill; finance also makes
 * corrections. A small adjustment is posted at once; a large one waits for a second approver
 * (`decideAdjustment`). It is large if the sums that this person gave to this wallet within a day exceed
 * `policy.refundTwoPersonAboveIdr`. It is also large if a daily or weekly limit of the person or of the
 * receiver is exceeded.
 * @throws wallet.user_not_found, goodwill_gives, insufficient_balance, kernel.forbidden
 */
export async function adjustWallet(work: Work, input: WalletAdjustment): Promise<AdjustmentView> {
  const { userId, kind, reason: note } = input
  if (kind === 'goodwill') requireStaff(work.actor, 'support', 'finance')
  else requireStaff(work.actor, 'finance')
  const changeIdr = rupiah(input.changeIdr)
  if (kind === 'goodwill' && changeIdr <= 0) throw walletErrors.goodwill_gives({ changeIdr })
  await requireUser(work, userId, kind)
  if (changeIdr > 0) await ensureWallets(work, [userId])
  await lockWallets(work, [userId])
  const by = actorLabel(work.actor)
  const aloneIdr = changeIdr > 0 ? await givenAlone(work, userId, by) : 0
  const id = newId()
  const use = useOf({ id, userId, changeIdr, kind })
  const isLarge =
    Math.abs(changeIdr) + aloneIdr > work.policy.refundTwoPersonAboveIdr || (await isOverLimit(work, use))
  if (!isLarge) await countUse(work, use)
  const adjustment: AdjustmentView = {
    id,
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
    work.requestAttention({
      kind: 'wallet_adjustment',
      subject: ['wallet_adjustment', adjustment.id],
      message: `An adjustment of ${changeIdr} rupiah waits for approval. A second person must approve or reject it.`,
      command: `laku wallets adjustments approve ${adjustment.id}`,
    })
  }
  return adjustment
}

/**
 * Builds the record by which a wallet adjustment is counted towards a person's limits. Money taken out of the
 * wallet counts as much as money added.
 */
export const useOf = ({
  id,
  userId,
  changeIdr,
  kind,
}: Pick<AdjustmentView, 'id' | 'userId' | 'changeIdr' | 'kind'>): LimitUse => ({
  kind,
  subject: ['wallet_adjustment', id],
  receiver: `user:${userId}`,
  amountIdr: Math.abs(changeIdr),
})

/**
 * Refuses an unknown user. A gift to an erased user is refused too, because nobody could use it. A correction
 * is not: it takes money of an erased user out after staff sent it by hand.
 */
export async function requireUser(work: Work, userId: string, kind: WalletAdjustment['kind']): Promise<void> {
  const { rows } = await sql<{ status: UserStatus }>`
    select status from (${lockedBuyers([userId])}) buyers`.execute(work.tx)
  const [user] = rows
  if (!user || (kind === 'goodwill' && user.status === 'deleted'))
    throw walletErrors.user_not_found({ userId })
}

const DAY_S = 86_400

/**
 * Returns the sum (rupiah) that a staff member added to a wallet within the last day without a second
 * approver. The caller has locked the wallet's row.
 */
async function givenAlone({ tx, now }: Work, userId: string, by: string): Promise<Rupiah> {
  const { rows } = await sql<{ givenIdr: Rupiah }>`
    select coalesce(sum(change_idr), 0)::int8 as given_idr from wallet_adjustments
    where user_id = ${userId}::uuid and status = 'posted' and change_idr > 0 and requested_by = ${by} and decided_by = ${by}
      and created_at > ${secondsAfter(now, -DAY_S)}`.execute(tx)
  return rows[0]?.givenIdr ?? 0
}

/**
 * Books a wallet adjustment in the ledger. Because of the posting's idempotency key it is booked only once.
 * @throws wallet.insufficient_balance
 */
export async function postAdjustment(
  work: Work,
  { id, userId, changeIdr, kind }: Pick<AdjustmentView, 'id' | 'userId' | 'changeIdr' | 'kind'>,
): Promise<void> {
  if (changeIdr > 0) await ensureWallets(work, [userId])
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
