import { sql } from 'kysely'
import type { Work } from '../kernel/index.ts'

/**
 * Creates a wallet for each of these users who has none, before money is added. If a user was erased, an
 * attention item is raised, because nobody will ask for that money. For example, a bank may send money back
 * after the user was erased.
 */
export async function ensureWallets(work: Work, userIds: readonly string[]): Promise<void> {
  if (userIds.length === 0) return
  const sorted = [...new Set(userIds)].sort()
  const { rows } = await sql<{ id: string }>`
    with opened as (
      insert into wallets (user_id, created_at)
      select user_id, ${work.now}::timestamptz from unnest(${sorted}::uuid[]) as u(user_id)
      on conflict (user_id) do nothing
    )
    select id from users where id = any(${sorted}::uuid[]) and status = 'deleted'`.execute(work.tx)
  for (const { id } of rows) {
    work.requestAttention({
      kind: 'wallet_without_owner',
      subject: ['user', id],
      message:
        'Money came into the wallet of a user who was erased. Send it to that person by hand, then take it out of the wallet as a correction.',
      command: `laku wallets show ${id}`,
    })
  }
}
