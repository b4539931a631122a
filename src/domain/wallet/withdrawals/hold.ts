import { insertRows, newCode, newId, type Rupiah, type Work } from '../../kernel/index.ts'
import { credit, debit, post, walletAccount } from '../../ledger/index.ts'
import { countUse, isOverLimit, type LimitUse, limitAccountOf } from '../../ops/index.ts'
import { channelFit } from '../../payout/index.ts'
import { withdrawalsFrom } from '../../user/index.ts'
import { walletErrors } from '../errors.ts'
import { requireBalances } from '../require-balances.ts'
import { type Destination, openDestination } from './destinations.ts'
import { withdrawalEvent } from './views.ts'

export interface NewHold {
  userId: string
  destination: Destination
  amountIdr: Rupiah
  feeIdr: Rupiah
  refundedIdr: Rupiah
  retryOf?: string
  closesAccount?: boolean
}

/**
 * Creates a withdrawal. Its money leaves the user's wallet now, and is held until the withdrawal is sent.
 * Returns the withdrawal's id.
 * @throws wallet.insufficient_balance
 */
export async function holdWithdrawal(work: Work, hold: NewHold): Promise<string> {
  const { userId, destination, amountIdr, feeIdr, refundedIdr, retryOf = null, closesAccount = false } = hold
  const takenIdr = amountIdr + feeIdr
  await requireBalances(work, [{ userId, amountIdr: takenIdr }])
  const withdrawal = { id: newId(), code: newCode('WDR', work.now), userId, amountIdr, feeIdr, closesAccount }
  const use = await withdrawalUse(work, { ...withdrawal, destinationId: destination.id })
  const isLarge = amountIdr > work.policy.withdrawalApprovalAboveIdr || (await isOverLimit(work, use))
  const { fit } = await channelFit(work.tx, destination, amountIdr)
  const byHand = fit !== 'takes' || amountIdr < work.policy.payoutMinimumIdr
  const cooled = await withdrawalsFrom(work, userId)
  await insertRows(work.tx, 'withdrawals', [
    {
      ...withdrawal,
      destinationId: destination.id,
      refundedIdr,
      status: 'held',
      retryOf,
      byHand,
      dueAt: isLarge || byHand ? null : laterOf(laterOf(work.now, destination.usableAt), cooled ?? work.now),
      createdAt: work.now,
    },
  ])
  // If the withdrawal waits for staff, it counts toward the limits of the customer and of the bank account
  // only when staff approve it. Then it also counts toward the limits of the person who approves it.
  if (!isLarge && !byHand) await countUse(work, use)
  await postHold(work, withdrawal.id, userId, takenIdr)
  work.emit(withdrawalEvent(withdrawal, null, 'held', work.actor.kind === 'staff'))
  if (isLarge) {
    work.requestAttention({
      kind: 'withdrawal_large',
      subject: ['withdrawal', withdrawal.id],
      message: `${withdrawal.code} is a large withdrawal, alone or together with earlier ones. Check it, then approve or reject it.`,
      command: `laku wallets withdrawals approve ${withdrawal.code}`,
    })
  }
  if (byHand) {
    work.requestAttention({
      kind: 'withdrawal_by_hand',
      subject: ['withdrawal', withdrawal.id],
      message: `The provider cannot pay out ${withdrawal.code}: the amount is too small or too large for it. Send it from the bank (laku wallets withdrawals list --status held --json shows the account), then approve it.`,
      command: `laku wallets withdrawals approve ${withdrawal.code} --by-hand REFERENCE`,
      details: { otherwise: `laku wallets withdrawals reject ${withdrawal.code}` },
    })
  }
  return withdrawal.id
}

/**
 * Builds the record by which a withdrawal is counted towards limits: its amount, customer, wallet and bank
 * account. The bank account is identified by bank and number, without the holder's name. So all withdrawals
 * to one account count toward the same limit, even if several people request them.
 */
export async function withdrawalUse(
  { tx, vault }: Pick<Work, 'tx' | 'vault'>,
  {
    id,
    userId,
    amountIdr,
    destinationId,
  }: { id: string; userId: string; amountIdr: Rupiah; destinationId: string },
): Promise<LimitUse> {
  const row = await tx
    .selectFrom('withdrawalDestinations')
    .select(['channelCode', 'accountNumber', 'accountHolder'])
    .where('id', '=', destinationId)
    .executeTakeFirstOrThrow()
  const { channelCode, accountNumber } = openDestination(vault, row)
  return {
    kind: 'withdrawal',
    subject: ['withdrawal', id],
    receiver: `user:${userId}`,
    account: limitAccountOf(vault, { channelCode, accountNumber }),
    amountIdr,
    person: `customer:${userId}`,
  }
}

const laterOf = (a: Date, b: Date) => (a > b ? a : b)

export async function postHold(work: Work, id: string, userId: string, takenIdr: Rupiah): Promise<void> {
  const entries = [
    debit(walletAccount(userId), takenIdr, { userId }),
    credit('withdrawals-held', takenIdr, { userId }),
  ]
  try {
    await post(work, [
      { key: `withdrawal:${id}:held`, kind: 'withdrawal.held', subject: ['withdrawal', id], entries },
    ])
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ledger.insufficient_balance') {
      throw walletErrors.insufficient_balance({ userIds: [userId] })
    }
    throw error
  }
}
