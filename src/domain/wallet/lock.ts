import { sql } from 'kysely'
import type { Work } from '../kernel/index.ts'

/**
 * Locks wallets in the order of their users, before the ledger's balances. Everybody who takes money out does
 * so, so that a withdrawal's checks still hold when it takes its money.
 */
export async function lockWallets(work: Work, userIds: Iterable<string>): Promise<void> {
  await sql`
    select from wallets where user_id = any(${[...new Set(userIds)]}::uuid[]) order by user_id for no key update`.execute(
    work.tx,
  )
}
