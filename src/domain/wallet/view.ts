import { sql } from 'kysely'
import { inSql, type Rupiah, requireCustomer, type Tx, type Work } from '../kernel/index.ts'
import { balanceIdr, walletAccount } from '../ledger/index.ts'
import { walletErrors } from './errors.ts'
import { pendingWithdrawalStates } from './transitions.ts'
import { refundedMoney } from './withdrawals/refunded-money.ts'

export interface WalletView {
  /** The amount in the wallet that the user may spend or withdraw. */
  balanceIdr: Rupiah
  /**
   * The money that has left the wallet and is not spent yet. It is held for withdrawals under way (with their
   * fees), and for payments that also need an invoice which is not paid yet.
   */
  heldIdr: Rupiah
}

/**
 * Returns the caller's wallet from the ledger, because no other table stores a balance.
 * @throws kernel.forbidden
 */
export async function walletView(work: Work): Promise<WalletView> {
  return await viewOf(work.tx, requireCustomer(work.actor))
}

async function viewOf(tx: Tx, userId: string): Promise<WalletView> {
  // The held money of withdrawals is added up from their rows. A check in wallet/checks.ts tests that the sum
  // equals the ledger's amount.
  const { rows } = await sql<{ heldIdr: Rupiah }>`
    select ((select coalesce(sum(amount_idr + fee_idr), 0) from withdrawals
        where user_id = ${userId}::uuid and status in ${inSql(pendingWithdrawalStates)})
      + (select coalesce(sum(b.balance_idr), 0) from ledger_entries e
        join ledger_transactions t on t.id = e.transaction_id and t.kind = 'payment.held'
        join ledger_accounts h on h.key = 'payment-hold:' || t.subject_id
        join ledger_balances b on b.account_id = h.id
        where e.account_id = (select id from ledger_accounts where key = ${walletAccount(userId)})))::int8 as held_idr`.execute(
    tx,
  )
  return { balanceIdr: await balanceIdr(tx, walletAccount(userId)), heldIdr: rows[0]?.heldIdr ?? 0 }
}

export interface WalletDetail extends WalletView {
  userId: string
  name: string | null
  phone: string | null
  userStatus: string
  /** The refunded part of the wallet's balance, which can be withdrawn without fee and minimum. */
  refundedIdr: Rupiah
}

/**
 * Returns a user's wallet as staff see it.
 * @throws wallet.user_not_found
 */
export async function showWallet(tx: Tx, userId: string): Promise<WalletDetail> {
  const user = await tx
    .selectFrom('users')
    .select(['id', 'name', 'phone', 'status'])
    .where('id', '=', userId)
    .executeTakeFirst()
  if (!user) throw walletErrors.user_not_found({ userId })
  const { name, phone, status: userStatus } = user
  const refundedIdr = await refundedMoney(tx, userId)
  return { userId, name, phone, userStatus, ...(await viewOf(tx, userId)), refundedIdr }
}
