import { sql } from 'kysely'
import type { Work } from '../kernel/index.ts'

/**
 * Locks wallets in the order of their user ids, before the ledger's balances are locked. Every transaction
 * that takes money out of a wallet calls this function first. So the balance that it checks is still there
 * when it takes the money.
 */
export async function lockWallets(work: Work, userIds: Iterable<string>): Promise<void> {
  await sql`
    select from wallets where user_id = any(${[...new Set(userIds)]}::uuid[]) order by user_id for no key update`.execute(
    work.tx,
  )
}
