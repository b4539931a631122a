import { sql } from 'kysely'
import { newId } from '../kernel/ids.ts'
import { showWhoActs } from '../kernel/proofs/proven.ts'
import { asRecords, insertRows } from '../kernel/rows.ts'
import type { WorkRecords } from '../kernel/unit-of-work-options.ts'

/**
 * The functions that write the audit entries and attention items of a unit of work. They are called at the
 * end of the unit of work, in the same transaction.
 */
export const workRecords: WorkRecords = {
  writeAudit: async (work, entries) => {
    if (entries.length === 0) return
    const { tx, actor, now, requestId } = work
    const rows = entries.map((entry) => ({
      id: newId(),
      actorKind: actor.kind,
      actorId: 'id' in actor ? actor.id : actor.name,
      actorName: 'name' in actor ? actor.name : actor.id,
      reason: 'reason' in actor ? (actor.reason ?? null) : null,
      command: entry.command,
      subjectKind: entry.subject[0],
      subjectId: entry.subject[1],
      before: (entry.before ?? null) as never,
      after: (entry.after ?? null) as never,
      requestId,
      occurredAt: now,
    }))
    // Both statements are sent at once, and the database runs them in this order. The first statement tells
    // the database which person acts, before the entries are written.
    await Promise.all([showWhoActs(work), insertRows(tx, 'auditLog', rows)])
  },

  writeAttention: async ({ tx, now }, items) => {
    // Items of the same kind about the same object become one row, because one SQL statement may not change a
    // row twice.
    const open = new Map(items.map((item) => [`${item.kind} ${item.subject[1]}`, item]))
    const rows = [...open.values()].map((item) => ({
      id: newId(),
      kind: item.kind,
      subjectKind: item.subject[0],
      subjectId: item.subject[1],
      message: item.message,
      command: item.command,
      details: item.details ?? {},
      times: 1,
      since: now,
    }))
    // An item that now asks for another command is mailed again, because staff know only the old command.
    await sql`
      insert into attention (id, kind, subject_kind, subject_id, message, command, details, times, since)
      select id, kind, subject_kind, subject_id, message, command, details, times, since
      from jsonb_populate_recordset(null::attention, ${asRecords(rows)}::jsonb)
      on conflict (kind, subject_id) where resolved_at is null
      do update set times = attention.times + 1, message = excluded.message, command = excluded.command,
        details = excluded.details, mailed_at = case when attention.command = excluded.command then attention.mailed_at end`.execute(
      tx,
    )
  },
}
