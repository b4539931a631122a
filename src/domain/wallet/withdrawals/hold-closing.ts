import { sql } from 'kysely'
import { type EventOf, type Rupiah, secondsAfter, type Work } from '../../kernel/index.ts'
import { balanceIdr, walletAccount } from '../../ledger/index.ts'
import type { BankAccount } from '../../ops/index.ts'
import { scheduleClosing, startClosing, stopClosing } from '../../user/index.ts'
import { ensureWallets } from '../ensure-wallets.ts'
import { walletErrors } from '../errors.ts'
import { lockWallets } from '../lock.ts'
import { type Destination, destinationOf } from './destinations.ts'
import { holdWithdrawal } from './hold.ts'
import { getWithdrawal } from './read.ts'
import { refundedMoney } from './refunded-money.ts'
import { sendWithdrawals } from './send.ts'
import type { WithdrawalView } from './views.ts'

/**
 * The bank account to which the wallet is paid out when a user closes their account. The user names a bank
 * account, or the bank account of the last withdrawal is used.
 */
export type ClosingTo =
  | { bank: BankAccount; otpVerifiedAt: Date | undefined; amountIdr: Rupiah }
  | 'their last account'

/**
 * Withdraws the whole wallet, without fee and minimum. From now on the user's account is being closed, and it
 * is erased once the money has arrived. The caller has checked that the user has nothing else open (such as
 * orders), and has locked the user's row.
 * @throws wallet.nothing_to_withdraw, not_all, no_destination, otp_needed, kernel.bank_account_invalid,
 * payout_channel_unknown
 */
export async function holdClosing(work: Work, userId: string, to: ClosingTo): Promise<WithdrawalView> {
  await ensureWallets(work, [userId])
  await lockWallets(work, [userId])
  const amountIdr = await balanceIdr(work.tx, walletAccount(userId))
  if (amountIdr <= 0) throw walletErrors.nothing_to_withdraw({ userId })
  if (to !== 'their last account' && to.amountIdr !== amountIdr) {
    throw walletErrors.not_all({ amountIdr: to.amountIdr, balanceIdr: amountIdr })
  }
  const destination =
    to === 'their last account'
      ? await lastDestination(work, userId)
      : await destinationOf(work, userId, to.bank, to.otpVerifiedAt)
  const refundedIdr = Math.min(amountIdr, await refundedMoney(work.tx, userId))
  const hold = { userId, destination, amountIdr, feeIdr: 0, refundedIdr, closesAccount: true }
  const id = await holdWithdrawal(work, hold)
  await startClosing(work, userId)
  await sendWithdrawals(work, [id])
  return await getWithdrawal(work, id)
}

/**
 * Returns the bank account of the user's last withdrawal. If there was no withdrawal, returns the bank
 * account that the user added last.
 */
async function lastDestination(work: Work, userId: string): Promise<Destination> {
  const { rows } = await sql<Destination>`
    select d.id, d.channel_code, d.usable_at from withdrawal_destinations d left join withdrawals w on w.destination_id = d.id
    where d.user_id = ${userId}::uuid and d.usable_at < '9999-12-31' order by w.id desc nulls last, d.id desc limit 1`.execute(
    work.tx,
  )
  if (!rows[0]) throw walletErrors.no_destination({ userId })
  return rows[0]
}

/**
 * Reaction to withdrawal.status_changed, for withdrawals that close a user's account. After the money
 * arrived, a bank may still send it back. So the account is erased policy.closingHours later. If the money
 * came back, the account stays.
 */
export async function scheduleErasure(
  work: Work,
  events: EventOf<'withdrawal.status_changed'>[],
): Promise<void> {
  const updates = events.map((event) => event.payload).filter((event) => event.closesAccount)
  const usersOf = (...states: string[]) =>
    updates.filter((update) => states.includes(update.to)).map((update) => update.userId)
  const arrived = usersOf('succeeded')
  if (arrived.length > 0) {
    await scheduleClosing(work, arrived, secondsAfter(work.now, work.policy.closingHours * 3600))
  }
  const back = usersOf('failed', 'rejected', 'reversed')
  if (back.length > 0) await stopClosing(work, back)
}
