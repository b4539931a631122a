import { type Kysely, sql } from 'kysely'
import type { Actor } from '../../kernel/actor.ts'
import { type Paged, pageOf } from '../../kernel/pages.ts'
import type { DB } from '../../kernel/schema.ts'
import type { Tx, Work } from '../../kernel/work.ts'
import { authErrors } from '../errors.ts'
import { RUN_SILENT_S } from './run-silence.ts'

/** A staff command that was run. */
export interface CommandRunView {
  id: string
  command: string
  staff: string
  /**
   * The state of the run. `interrupted` means that the run's server is gone. This row then does not show how
   * far the command came.
   */
  status: 'running' | 'done' | 'interrupted'
  exitCode: number | null
  attempt: number
  key: string
  startedAt: Date
  endedAt: Date | null
}

const view = sql`
  r.id, r.command, s.name as staff, r.exit_code, r.attempt, r.key, r.started_at, r.ended_at,
  case when r.ended_at is not null then 'done'
    when r.seen_at < clock_timestamp() - make_interval(secs => ${sql.lit(RUN_SILENT_S)}) then 'interrupted'
    else 'running' end as status
  from command_runs r join staff s on s.id = r.staff_id`

/**
 * Returns the SQL condition for the command runs that the actor may see: their own, or all for an
 * administrator.
 */
const seenBy = (actor: Actor) =>
  actor.kind === 'system' || (actor.kind === 'staff' && actor.role === 'admin')
    ? sql`true`
    : sql`r.staff_id = ${'id' in actor ? actor.id : null}`

/** Lists command runs, newest first, by keyset pages; the cursor is the id of the last run of a page. */
export async function listRuns(
  { tx, actor }: Work,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<Paged<CommandRunView>> {
  const { rows } = await sql<CommandRunView>`
    select ${view} where ${seenBy(actor)}
      and (${cursor ?? null}::uuid is null or (r.started_at, r.id) < (select started_at, id from command_runs where id = ${cursor ?? null}))
    order by r.started_at desc, r.id desc limit ${limit + 1}`.execute(tx)
  return pageOf(rows, limit, (row) => row.id)
}

/**
 * The commands that print a secret or a token: only the person who gave such a command sees its output, and
 * not even an administrator sees it.
 */
const SECRET = ['auth factor enrol', 'auth staff add', 'auth staff renew']

/** Returns whether the actor may see a command's output, and not only that the command ran. */
export async function mayFollow(db: Kysely<DB> | Tx, actor: Actor, id: string): Promise<boolean> {
  const own = 'id' in actor ? actor.id : null
  const { rows } = await sql`
    select from command_runs r where r.id = ${id} and ${seenBy(actor)}
      and (r.staff_id = ${own} or r.command <> all(${SECRET}))`.execute(db)
  return rows.length > 0
}

/**
 * Returns one run of a command by its id.
 * @throws auth.command_run_not_found
 */
export async function showRun(db: Kysely<DB> | Tx, actor: Actor, id: string): Promise<CommandRunView> {
  const { rows } = await sql<CommandRunView>`select ${view} where r.id = ${id} and ${seenBy(actor)}`.execute(
    db,
  )
  if (!rows[0]) throw authErrors.command_run_not_found({ id })
  return rows[0]
}
