import { sql } from 'kysely'
import type { Tx, Vault } from '../../kernel/index.ts'
import { countSeals } from '../../ledger/index.ts'
import { countSealed, sealedTables } from './sealed-data.ts'
import { KEYS_WRITE } from './writing-keys.ts'

export interface KeyUse {
  /**
   * The number of values under each key, by key id. The values are encrypted data, or seals (HMAC signatures)
   * of the ledger.
   */
  values: Map<string, number>
  /** The number of encrypted values by key id, table by table. */
  tables: { table: string; values: Map<string, number> }[]
}

/**
 * Counts the values under each encryption key, and the ledger's seals under each seal key. For an encrypted
 * value, laku tries every key to find the right one. For a seal, this is not needed, because a seal names its
 * key.
 */
export async function keysInUse(
  tx: Tx,
  vault: Vault,
  told: (table: string) => void = () => {},
): Promise<{ encryption: KeyUse; seal: KeyUse }> {
  const tables: KeyUse['tables'] = []
  for (const sealed of sealedTables) {
    tables.push({ table: sealed.table, values: await countSealed(tx, vault, sealed) })
    told(sealed.table)
  }
  const values = new Map<string, number>()
  for (const table of tables) {
    for (const [id, count] of table.values) values.set(id, (values.get(id) ?? 0) + count)
  }
  const seals = await countSeals(tx)
  told('the book')
  return {
    encryption: { values, tables },
    seal: { values: seals, tables: [{ table: 'the book', values: seals }] },
  }
}

/**
 * Returns the instant from which on no process signs with this key: the first `laku db keys rewrite` under a
 * key that the owner admitted later. All processes were restarted with that key before the rewrite
 * (docs/running.md). A rewrite under an earlier key may only finish an earlier rotation. It counts only where
 * the shop went back to that key, so that it is the current one, and then the last such rewrite counts. A
 * rewrite under this key shows that processes signed with it, and so does a process that began with it again
 * after a newer key. Only the rewrites after these count.
 * Undefined if there was no such rewrite. `later` has the ids of the keys that were admitted later.
 */
export async function replacedAt(
  tx: Tx,
  key: { id: string; admittedAt: Date },
  { later, current }: { later: readonly string[]; current: string },
): Promise<Date | undefined> {
  const { rows } = await sql<{ at: Date | null }>`
    with rewrites as (
      select subject_id as key, occurred_at from audit_log
      where subject_kind = 'key' and command = 'db keys rewrite' and occurred_at >= ${key.admittedAt}),
    signed as (
      select max(occurred_at) as last_at from (
        select occurred_at from rewrites where key = ${key.id}
        union all
        select occurred_at from audit_log
        where subject_id = ${key.id} and subject_kind = 'key' and command = ${KEYS_WRITE}
          and after ->> 'purpose' = 'encryption' and after ->> 'insteadOf' is not null) s),
    others as (
      select key, occurred_at from rewrites
      where key <> ${key.id} and occurred_at > coalesce((select last_at from signed), '-infinity'))
    select coalesce(
      (select min(occurred_at) from others where key = any(${later})),
      (select max(occurred_at) from others where key = ${current})) as at`.execute(tx)
  return rows[0]?.at ?? undefined
}

/**
 * Returns the ids of the changes of a phone, email or bank account that were made before this instant and can
 * still be stopped. Their stop links are signed with the key that was current before this instant.
 */
export async function stoppableBefore(tx: Tx, instant: Date, now: Date): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from way_changes
    where stopped_at is null and stoppable_until > ${now} and changed_at < ${instant} order by id`.execute(tx)
  return rows.map(({ id }) => id)
}

/**
 * Returns the number of open log-ins whose tokens were last refreshed before this instant. These tokens are
 * still signed with the key that was current before this instant.
 */
export async function logInsBefore(tx: Tx, instant: Date, now: Date): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from auth_sessions
    where ended_at is null and expires_at > ${now} and rotated_at < ${instant}`.execute(tx)
  return rows[0]?.count ?? 0
}
