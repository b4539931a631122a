import { maskedAccount, payoutChannels, type Rupiah, type Vault } from '../kernel/index.ts'
import { openDestination } from './destinations.ts'
import type { WithdrawalNews } from './events.ts'
import type { WithdrawalStatus } from './transitions.ts'

/** A withdrawal as its owner and staff see it. */
export interface WithdrawalView {
  id: string
  code: string
  userId: string
  status: WithdrawalStatus
  amountIdr: Rupiah
  feeIdr: Rupiah
  bank: string
  /** The last four digits. */
  account: string
  failureCode: string | null
  /** When it is sent by itself; nothing where it waits for staff or for the bank. */
  dueAt: Date | null
  createdAt: Date
  finishedAt: Date | null
}

export type WithdrawalRow = Omit<WithdrawalView, 'bank' | 'account'> & {
  channelCode: string
  accountNumber: string
  accountHolder: string
}

export function withdrawalView(
  vault: Vault,
  { channelCode, accountNumber, accountHolder, ...row }: WithdrawalRow,
): WithdrawalView {
  const account = openDestination(vault, { channelCode, accountNumber, accountHolder })
  return {
    ...row,
    bank: payoutChannels[channelCode]?.name ?? channelCode,
    account: maskedAccount(account.accountNumber),
  }
}

/** What events say of a withdrawal that moves. */
export function withdrawalNews(
  withdrawal: Pick<WithdrawalView, 'id' | 'code' | 'userId' | 'amountIdr' | 'feeIdr'>,
  from: WithdrawalStatus | null,
  to: WithdrawalStatus,
  byStaff = false,
): { type: 'withdrawal.status_changed'; aggregate: [string, string]; payload: WithdrawalNews } {
  const { id: withdrawalId, code, userId, amountIdr, feeIdr } = withdrawal
  const payload = { withdrawalId, code, userId, amountIdr, feeIdr, from, to, byStaff }
  return { type: 'withdrawal.status_changed', aggregate: ['withdrawal', withdrawalId], payload }
}
