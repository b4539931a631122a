import { type DatabaseUrls, requireDatabase } from '../connect.ts'
import { createPool } from '../database.ts'
import { requireOwner } from './require-owner.ts'

/**
 * Ends the shift of a database's clock, and adds a row to the audit log. It uses the connection of the
 * database's owner. Returns how many seconds the clock was ahead. It must also work in production, because
 * production cannot start while the clock is still shifted by development. Throws StartError: 6 if the
 * database cannot be used, 2 if the connection is not its owner's.
 */
export async function putClockBack({ owner: url }: DatabaseUrls, reason: string): Promise<number> {
  const pool = createPool({ url, poolSize: 1, applicationName: 'laku db reset-clock' })
  try {
    await requireDatabase(pool, url)
    await requireOwner(pool, url)
    const { rows } = await pool.query<{ shift_s: number }>(
      `with was as (select shift_s from clock for update),
         back as (update clock set shift_s = 0 from was where was.shift_s <> 0 returning was.shift_s),
         noted as (
           insert into audit_log (id, actor_kind, actor_id, actor_name, reason, command, subject_kind, subject_id, before, after,
             occurred_at)
           select next_id(), 'system', 'owner', 'owner', $1, 'db reset-clock', 'clock', 'clock',
             jsonb_build_object('shiftS', shift_s), jsonb_build_object('shiftS', 0), now() from back)
       select shift_s from back`,
      [reason],
    )
    return rows[0]?.shift_s ?? 0
  } finally {
    await pool.end()
  }
}
