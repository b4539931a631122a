import { sql } from 'kysely'
import { type Rupiah, requireCustomer, type Work } from '../kernel/index.ts'
import { balanceIdr, walletAccount } from '../ledger/index.ts'

export interface WalletView {
  /** What may be spent or withdrawn. */
  balanceIdr: Rupiah
  /** Set aside for withdrawals under way. */
  heldIdr: Rupiah
}

/**
 * The caller's wallet, as the ledger says: nothing else stores a balance.
 * @throws kernel.forbidden
 */
export async function walletView(work: Work): Promise<WalletView> {
  const userId = requireCustomer(work.actor)
  const { rows } = await sql<{ heldIdr: Rupiah }>`
    select coalesce(-sum(e.amount_idr), 0)::int8 as held_idr
    from ledger_entries e join ledger_accounts a on a.id = e.account_id
    where a.key = 'withdrawals-held' and e.user_id = ${userId}`.execute(work.tx)
  return {
    balanceIdr: await balanceIdr(work.tx, walletAccount(userId)),
    heldIdr: rows[0]?.heldIdr ?? 0,
  }
}
