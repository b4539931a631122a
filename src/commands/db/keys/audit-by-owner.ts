import { sql } from 'kysely'
import type { Tx } from '../../../domain/kernel/index.ts'

/** Writes a row of the audit log for the database's owner, who is not one of the staff. */
export async function auditByOwner(
  tx: Tx,
  command: string,
  after: { key: string; purposes: readonly string[] },
): Promise<void> {
  await sql`
    insert into audit_log (id, actor_kind, actor_id, actor_name, command, subject_kind, subject_id, after, occurred_at)
    values (next_id(), 'system', 'owner', 'owner', ${command}, 'key', ${after.key}, ${JSON.stringify(after)}::jsonb, shop_now())`.execute(
    tx,
  )
}
