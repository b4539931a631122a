import { sql } from 'kysely'
import { type Paged, pageOf, type Tx } from '../domain/kernel/index.ts'
import { DEAD_LETTER_QUEUE } from './queue.ts'
import { queueErrors } from './queue-errors.ts'

export const jobStates = ['created', 'retry', 'active', 'completed', 'cancelled', 'failed'] as const

/** A job in the form that pg-boss's table stores. */
export interface JobView {
  id: string
  queue: string
  state: string
  tries: number
  tryLimit: number
  createdAt: Date
  startAfter: Date
  startedAt: Date | null
  completedAt: Date | null
  error: string | null
}

export interface JobDetail extends JobView {
  data: unknown
  output: unknown
}

export interface DeadJob {
  id: string
  /** The queue in which the job failed until its retries were used up. */
  queue: string | null
  error: string | null
  tries: number | null
  createdAt: Date | null
  diedAt: Date
}

export interface JobSchedule {
  queue: string
  cron: string
  timezone: string
  lastRunAt: Date | null
}

const columns = sql`
  j.id, j.name as queue, j.state::text as state, j.retry_count as tries, j.retry_limit as try_limit, j.created_on as created_at,
  j.start_after, j.started_on as started_at, j.completed_on as completed_at, j.output ->> 'message' as error`

export interface JobFilter {
  queue?: string | undefined
  state?: string | undefined
  limit: number
  /** The id of the last job on the previous page. */
  cursor?: string | undefined
}

/**
 * Lists the jobs that wait, run or ended in the last day, newest first, by keyset pages. Jobs whose retries
 * are used up are in another list.
 */
export async function listJobs(tx: Tx, { queue, state, limit, cursor }: JobFilter): Promise<Paged<JobView>> {
  const wheres = [queue ? sql`j.name = ${queue}` : sql`j.name <> ${DEAD_LETTER_QUEUE}`]
  if (state) wheres.push(sql`j.state = ${state}::pgboss.job_state`)
  if (cursor) {
    wheres.push(
      sql`(j.created_on, j.id) < (select created_on, id from pgboss.job where id = ${cursor}::uuid)`,
    )
  }
  const { rows } = await sql<JobView>`
    select ${columns} from pgboss.job j where ${sql.join(wheres, sql` and `)}
    order by j.created_on desc, j.id desc limit ${limit + 1}`.execute(tx)
  return pageOf(rows, limit, (row) => row.id)
}

/**
 * Returns one job with its input and its result.
 * @throws queue.job_not_found
 */
export async function showJob(tx: Tx, id: string): Promise<JobDetail> {
  const { rows } = await sql<JobDetail>`
    select ${columns}, j.data, coalesce(j.output, j.source_output) as output from pgboss.job j where j.id = ${id}::uuid`.execute(
    tx,
  )
  if (!rows[0]) throw queueErrors.job_not_found({ id })
  return rows[0]
}

/** Lists the jobs whose retries are used up, newest first. */
export async function listDeadJobs(
  tx: Tx,
  { queue, limit, cursor }: Omit<JobFilter, 'state'>,
): Promise<Paged<DeadJob>> {
  const wheres = [sql`j.name = ${DEAD_LETTER_QUEUE} and j.state = 'created'`]
  if (queue) wheres.push(sql`j.source_name = ${queue}`)
  if (cursor) {
    wheres.push(
      sql`(j.created_on, j.id) < (select created_on, id from pgboss.job where id = ${cursor}::uuid)`,
    )
  }
  const { rows } = await sql<DeadJob>`
    select j.id, j.source_name as queue, j.source_output ->> 'message' as error, j.source_retry_count as tries,
      j.source_created_on as created_at, j.created_on as died_at
    from pgboss.job j where ${sql.join(wheres, sql` and `)}
    order by j.created_on desc, j.id desc limit ${limit + 1}`.execute(tx)
  return pageOf(rows, limit, (row) => row.id)
}

/** Lists the jobs that run by a cron time; a worker stores these schedules when it starts. */
export async function listSchedules(tx: Tx): Promise<JobSchedule[]> {
  const { rows } = await sql<JobSchedule>`
    select s.name as queue, s.cron, s.timezone,
      (select max(j.created_on) from pgboss.job j where j.name = s.name) as last_run_at
    from pgboss.schedule s order by s.name`.execute(tx)
  return rows
}
