import type { Actor, Rupiah, Vault } from '../../kernel/index.ts'
import { type BankAccount, channelName, shownOrUnreadable, UNREADABLE } from '../../ops/index.ts'
import type { WithdrawalEventPayload } from '../events.ts'
import type { WithdrawalStatus } from '../transitions.ts'
import { openDestination } from './destinations.ts'

/** A withdrawal as staff and the withdrawing user see it. */
export interface WithdrawalView {
  id: string
  code: string
  userId: string
  status: WithdrawalStatus
  amountIdr: Rupiah
  feeIdr: Rupiah
  bank: string
  /** The last four digits of the bank account's number. */
  account: string
  /**
   * True if the user withdraws the whole wallet to close their account. The account is erased once the money
   * has arrived.
   */
  closesAccount: boolean
  /** True if the amount is too small or too large for the provider, so that staff send it from the bank. */
  byHand: boolean
  /**
   * The number and holder of the receiving bank account, for finance only, while staff must send the
   * withdrawal by hand.
   */
  sendTo?: BankAccount
  failureCode: string | null
  /**
   * The time at which the withdrawal is sent automatically; null if the withdrawal waits for staff or for the
   * bank.
   */
  dueAt: Date | null
  createdAt: Date
  finishedAt: Date | null
}

export type WithdrawalRow = Omit<WithdrawalView, 'bank' | 'account' | 'sendTo'> & {
  channelCode: string
  accountNumber: string
  accountHolder: string
}

export function withdrawalView(
  vault: Vault,
  { channelCode, accountNumber, accountHolder, ...row }: WithdrawalRow,
  reader?: Actor,
): WithdrawalView {
  const open = () => openDestination(vault, { channelCode, accountNumber, accountHolder })
  const account = shownOrUnreadable(() => open().accountNumber)
  const isSentByHand = row.byHand && row.status === 'held' && account !== UNREADABLE && mayPay(reader)
  return { ...row, bank: channelName(channelCode), account, ...(isSentByHand && { sendTo: open() }) }
}

const mayPay = (reader: Actor | undefined) =>
  reader?.kind === 'staff' && (reader.role === 'finance' || reader.role === 'admin')

/** Returns the event that reports a withdrawal's change of state. */
export function withdrawalEvent(
  withdrawal: Pick<WithdrawalView, 'id' | 'code' | 'userId' | 'amountIdr' | 'feeIdr' | 'closesAccount'>,
  from: WithdrawalStatus | null,
  to: WithdrawalStatus,
  byStaff = false,
): { type: 'withdrawal.status_changed'; aggregate: [string, string]; payload: WithdrawalEventPayload } {
  const { id: withdrawalId, code, userId, amountIdr, feeIdr, closesAccount } = withdrawal
  const payload = { withdrawalId, code, userId, amountIdr, feeIdr, from, to, byStaff, closesAccount }
  return { type: 'withdrawal.status_changed', aggregate: ['withdrawal', withdrawalId], payload }
}
