import { sql } from 'kysely'
import type { Work } from '../kernel/index.ts'

/** Makes sure that these users have a wallet: to be called where money is about to be put into it. */
export async function openWallets(work: Work, userIds: readonly string[]): Promise<void> {
  if (userIds.length === 0) return
  const sorted = [...new Set(userIds)].sort()
  await sql`
    insert into wallets (user_id, created_at)
    select user_id, ${work.now}::timestamptz from unnest(${sorted}::uuid[]) as u(user_id)
    on conflict (user_id) do nothing`.execute(work.tx)
}
