import { sql } from 'kysely'
import { fromKysely } from 'pg-boss'
import { requireStaff, type Work } from '../domain/kernel/index.ts'
import { endAttentionWhere } from '../domain/ops/index.ts'
import { DEAD_LETTER_QUEUE, type JobQueue } from './queue.ts'
import { queueErrors } from './queue-errors.ts'
import { type JobDetail, showJob } from './read-jobs.ts'

// The plugins of Kysely are left out, because they would rename the columns that pg-boss reads.
const inside = (work: Work) => ({ db: fromKysely(work.tx.withoutPlugins()) })

/**
 * Lets a failed job run once more; a job in the dead letter queue goes back to its own queue. Only support or
 * an admin may do this.
 * @throws kernel.forbidden, queue.job_not_found, queue.job_not_failed
 */
export async function retryJob(work: Work, queue: JobQueue, id: string): Promise<JobDetail | Redriven> {
  requireStaff(work.actor, 'support')
  const job = await showJob(work.tx, id)
  if (job.queue === DEAD_LETTER_QUEUE) return await redriveJobs(work, queue, { ids: [id] })
  if (job.state !== 'failed') throw queueErrors.job_not_failed({ id, state: job.state })
  await (await queue.boss()).retry(job.queue, id, inside(work))
  return await changed(work, 'jobs retry', job)
}

/**
 * Takes a waiting job out of its queue. This does not cancel the work itself: work that is due stays due, so
 * a sweep finds it again. Only support or an admin may do this.
 * @throws kernel.forbidden, queue.job_not_found, queue.job_not_waiting
 */
export async function cancelJob(work: Work, queue: JobQueue, id: string): Promise<JobDetail> {
  requireStaff(work.actor, 'support')
  const job = await showJob(work.tx, id)
  if (job.state !== 'created' && job.state !== 'retry')
    throw queueErrors.job_not_waiting({ id, state: job.state })
  await (await queue.boss()).cancel(job.queue, id, inside(work))
  if (job.queue === DEAD_LETTER_QUEUE) await resolveDead(work, 'cancelled')
  return await changed(work, 'jobs cancel', job)
}

async function changed(work: Work, command: string, before: JobDetail): Promise<JobDetail> {
  const after = await showJob(work.tx, before.id)
  work.audit({
    command,
    subject: ['job', before.id],
    before: { queue: before.queue, state: before.state },
    after: { queue: after.queue, state: after.state },
  })
  return after
}

export interface Redriven {
  /** The number of jobs that are back in their own queues. */
  count: number
}

// The number of jobs that pg-boss moves in one statement.
const A_CALL = 1_000

/**
 * Puts dead jobs (jobs whose retries are used up) back into the queues that they came from: all of them,
 * those of one queue, or those with these ids. Resolves the attention items of these jobs. Only support or
 * an admin may do this.
 * @throws kernel.forbidden, queue.queue_not_found
 */
export async function redriveJobs(
  work: Work,
  queue: JobQueue,
  { of, ids }: { of?: string | undefined; ids?: string[] | undefined },
): Promise<Redriven> {
  requireStaff(work.actor, 'support')
  const boss = await queue.boss()
  if (of !== undefined && !(await boss.getQueue(of))) throw queueErrors.queue_not_found({ queue: of })
  const which = { ...(of !== undefined && { sourceName: of }), ...(ids && { ids }) }
  let count = 0
  for (let moved = A_CALL; moved === A_CALL; count += moved) {
    moved = await boss.redrive(DEAD_LETTER_QUEUE, { ...which, ...inside(work), limit: A_CALL })
  }
  await resolveDead(work, 'redriven')
  work.audit({
    command: 'jobs redrive',
    subject: ids?.[0] === undefined ? ['queue', of ?? 'all'] : ['job', ids[0]],
    before: { dead: count },
    after: { waiting: count },
  })
  return { count }
}

/** Resolves the attention items of jobs that are no longer in the dead letter queue. */
async function resolveDead(work: Work, resolution: string): Promise<void> {
  const holds = sql`a.kind = 'job_failed' and not exists (
    select from pgboss.job j where j.name = ${DEAD_LETTER_QUEUE} and j.state = 'created' and j.id::text = a.subject_id)`
  await endAttentionWhere(work, holds, { resolution })
}
