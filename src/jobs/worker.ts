import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { PgBoss } from 'pg-boss'
import { databaseIsKnown, doubtMoved, newId, recordFirstPlace } from '../domain/kernel/index.ts'
import { errorText } from '../domain/ops/index.ts'
import { bookIsRead } from '../domain/payment/index.ts'
import { placeOf } from '../runtime/connect.ts'
import type { Laku } from '../runtime/laku.ts'
import { withRequestId } from '../runtime/request-id.ts'
import type { JobDefinition, JobRun } from './define-job.ts'
import { jobs } from './registry.ts'

export interface RunningWorker {
  /** Stops taking new jobs, and finishes the jobs under way. */
  close(): Promise<void>
}

const TICK_MS = 1_000
const DRAIN_MS = 15_000

/**
 * Runs the jobs of every queue, and checks each second whether a sweep has due work. Every `calendarS`
 * seconds, one of the workers checks which jobs with a cron time are due.
 */
export async function startWorker(laku: Laku, { calendarS = 5 } = {}): Promise<RunningWorker> {
  const { logger } = laku
  await laku.unitOfWork.run({ kind: 'system', name: 'worker' }, async (work) => {
    const place = placeOf(laku.urls.direct)
    await recordFirstPlace(work, place)
    if (laku.urls.embedded) await doubtMoved(work, place)
  })
  const boss = new PgBoss({
    connectionString: laku.urls.direct,
    application_name: 'laku worker',
    max: 8,
    migrate: false,
    createSchema: false,
    useListenNotify: true,
    // The jobs of a worker that died stay marked as active, until the supervisor of another worker queues
    // them again.
    superviseIntervalSeconds: 10,
    monitorIntervalSeconds: 10,
    cronMonitorIntervalSeconds: calendarS,
    cronWorkerIntervalSeconds: calendarS,
  })
  boss.on('error', (error) => logger.error({ err: error }, 'queue'))
  await boss.start()
  for (const job of jobs) await workQueue(laku, boss, job)
  await writeCalendar(boss)
  const ticker = new SweepTicker(laku, boss)
  ticker.start()
  return {
    close: async () => {
      await ticker.stop()
      await boss.stop({ graceful: true, timeout: DRAIN_MS })
    },
  }
}

/**
 * Schedules the jobs that have a cron time. A job that became due while no worker ran is run once, however
 * often it became due.
 */
export async function writeCalendar(boss: PgBoss): Promise<void> {
  for (const { name, cron } of jobs) {
    if (cron) await boss.schedule(name, cron, {}, { tz: 'Asia/Jakarta', missed: 'once' })
  }
}

async function workQueue(laku: Laku, boss: PgBoss, job: JobDefinition): Promise<void> {
  const { logger } = laku
  const options = {
    // The batch size is at least two, because a worker fetches again at once only after a full batch of two
    // or more. With a batch size of one, a worker would fetch only a few jobs a second.
    batchSize: Math.max(2, job.batchSize),
    burstWhenBatchFull: true,
    pollingIntervalSeconds: 0.5,
    notifyPollingIntervalSeconds: 2,
    perJobResults: true,
  } as const
  await boss.work<object, unknown, typeof options>(job.name, options, (batch) =>
    withRequestId(newId(), async () => {
      const startedMs = performance.now()
      const failures = await runBatch(laku, job, batch)
      const ms = Math.round(performance.now() - startedMs)
      logger.debug({ job: job.name, jobs: batch.length, failed: failures.size, ms }, 'jobs ran')
      return batch.map(({ id }) => {
        const error = failures.get(id)
        if (error === undefined) return { id, status: 'completed' as const }
        logger.warn({ job: job.name, job_id: id, err: error }, 'a job failed and is tried again')
        return {
          id,
          status: 'failed' as const,
          output: { message: errorText(error) },
        }
      })
    }),
  )
}

/**
 * Returns true if a job may run on this database now. A job that sends money first waits a few seconds for
 * laku to read Xendit's transaction list. If the result is false, the job is dropped, because a sweep finds
 * its work again later.
 */
async function mayRun(laku: Laku, { needsKnownDatabase, sendsMoney }: JobDefinition): Promise<boolean> {
  for (let wait = 0; wait < BOOK_WAITS; wait++) {
    const { rows } = await sql<{ known: boolean; read: boolean }>`
      select ${databaseIsKnown} as known, ${bookIsRead} as read`.execute(laku.db)
    const { known = false, read = false } = rows[0] ?? {}
    if (needsKnownDatabase && !known) return false
    if (!sendsMoney || read) return true
    await sleep(BOOK_WAIT_MS)
  }
  return false
}

const BOOK_WAITS = 10
const BOOK_WAIT_MS = 500

/** Runs a batch of jobs and returns the failures by job id. If the batch throws, all its jobs have failed. */
async function runBatch(
  laku: Laku,
  job: JobDefinition,
  batch: JobRun<object>[],
): Promise<Map<string, unknown>> {
  try {
    if ((job.needsKnownDatabase || job.sendsMoney) && !(await mayRun(laku, job))) return new Map()
    const failures = (await job.run(laku, batch)) ?? []
    return new Map(failures.map(({ id, error }) => [id, error]))
  } catch (error) {
    return new Map(batch.map(({ id }) => [id, error]))
  }
}

/**
 * Asks the database once a second, in one statement, which sweeps have due work, and queues those sweeps.
 * Indexes answer this question, so it costs almost nothing, even if the database is large. All workers ask,
 * but the queue prevents that two workers run the same sweep at once.
 */
class SweepTicker {
  readonly #laku: Laku
  readonly #boss: PgBoss
  readonly #sweeps = jobs.flatMap(({ name, sweep, needsKnownDatabase = false, sendsMoney = false }) =>
    sweep ? [{ name, due: sweep.due, needsKnownDatabase, sendsMoney }] : [],
  )
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()

  constructor(laku: Laku, boss: PgBoss) {
    this.#laku = laku
    this.#boss = boss
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#running = this.#running.then(() => this.#tick())
    }, TICK_MS)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#running
  }

  async #tick(): Promise<void> {
    if (this.#sweeps.length === 0) return
    try {
      const now = this.#laku.clock.now()
      const asked = this.#sweeps.map(({ name, due, needsKnownDatabase, sendsMoney }) => {
        const may = sendsMoney ? sql`known.is and known.read` : needsKnownDatabase ? sql`known.is` : sql`true`
        return sql`select ${name}::text as name from known where ${may} and ${due(now)}`
      })
      const { rows } = await sql<{
        name: string
      }>`with known as materialized (select ${databaseIsKnown} as is, ${bookIsRead} as read) ${sql.join(asked, sql` union all `)}`.execute(
        this.#laku.db,
      )
      for (const { name } of rows) await this.#boss.send(name, {})
    } catch (error) {
      this.#laku.logger.error(
        { err: error },
        'due sweeps could not be read; the worker tries again in a second',
      )
    }
  }
}
