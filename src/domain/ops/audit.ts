import { sql } from 'kysely'
import { requireStaff } from '../kernel/actor.ts'
import { kernelErrors } from '../kernel/kernel-errors.ts'
import { type Paged, pageOf } from '../kernel/pages.ts'
import type { Work } from '../kernel/work.ts'

/** An entry of the audit log: the actor, the reason, the changed object, and its values before and after. */
export interface AuditRow {
  id: string
  occurredAt: Date
  actorKind: string
  actorId: string
  actorName: string
  reason: string | null
  command: string
  subjectKind: string
  subjectId: string
  before: unknown
  after: unknown
  requestId: string | null
}

const columns = sql`
  id, occurred_at, actor_kind, actor_id, actor_name, reason, command, subject_kind, subject_id, before, after, request_id`

export interface AuditFilter {
  /** The id of the object whose changes are listed. */
  subjectId?: string | undefined
  /** The name or id of the person or service whose changes are listed. */
  actor?: string | undefined
  /**
   * The command whose changes are listed, such as `settle approve`. Its first word alone, `settle`, lists the
   * changes of all commands that begin with it.
   */
  command?: string | undefined
  since?: Date | undefined
  until?: Date | undefined
  limit: number
  /** The id of the last audit entry on the previous page. */
  cursor?: string | undefined
}

/**
 * Lists the audit log, newest first, by keyset pages, for support, finance and admins.
 * @throws kernel.forbidden
 */
export async function listAudit(work: Work, filter: AuditFilter): Promise<Paged<AuditRow>> {
  requireStaff(work.actor, 'support', 'finance')
  const wheres = [sql`true`]
  if (filter.subjectId) wheres.push(sql`subject_id = ${filter.subjectId}`)
  if (filter.actor) wheres.push(sql`(actor_name = ${filter.actor} or actor_id = ${filter.actor})`)
  if (filter.command) {
    const names = namesOf(filter.command)
    const within = sql`exists (select from unnest(${names}::text[]) as of_noun (name) where starts_with(command, name || ' '))`
    wheres.push(sql`(command = any(${names}::text[]) or ${within})`)
  }
  if (filter.since) wheres.push(sql`occurred_at >= ${filter.since}`)
  if (filter.until) wheres.push(sql`occurred_at < ${filter.until}`)
  if (filter.cursor) {
    wheres.push(
      sql`(occurred_at, id) < (select occurred_at, id from audit_log where id = ${filter.cursor}::uuid)`,
    )
  }
  const { rows } = await sql<AuditRow>`
    select ${columns} from audit_log where ${sql.join(wheres, sql` and `)}
    order by occurred_at desc, id desc limit ${filter.limit + 1}`.execute(work.tx)
  return pageOf(rows, filter.limit, (row) => row.id)
}

/**
 * Nouns that commands had before they were renamed: `purchase-orders` was `pos`. Older entries of the audit
 * log still have the former nouns, because an entry is never changed.
 */
const formerNouns: Readonly<Record<string, string>> = { 'purchase-orders': 'pos' }

function namesOf(command: string): string[] {
  const [noun = '', ...rest] = command.split(' ')
  const nouns = Object.entries(formerNouns).find((names) => names.includes(noun)) ?? [noun]
  return nouns.map((name) => [name, ...rest].join(' '))
}

/**
 * Returns one entry of the audit log.
 * @throws kernel.forbidden, kernel.audit_not_found
 */
export async function showAudit(work: Work, id: string): Promise<AuditRow> {
  requireStaff(work.actor, 'support', 'finance')
  const { rows } = await sql<AuditRow>`
    select ${columns} from audit_log where id = ${id}::uuid`.execute(work.tx)
  if (!rows[0]) throw kernelErrors.audit_not_found({ id })
  return rows[0]
}
