import { sql } from 'kysely'
import { PgBoss } from 'pg-boss'
import { databaseIsKnown, recordFirstPlace } from '../domain/kernel/index.ts'
import { placeOf } from '../runtime/connect.ts'
import type { Laku } from '../runtime/laku.ts'
import type { JobDefinition, JobRun } from './define-job.ts'
import { jobs } from './registry.ts'

export interface RunningWorker {
  /** Takes no new jobs, finishes those under way. */
  close(): Promise<void>
}

const TICK_MS = 1_000
const DRAIN_MS = 15_000

/**
 * Works every queue of the registry, and looks each second whether a sweep has something to do. The calendar is looked at every
 * `calendarS` seconds, by one of all workers.
 */
export async function startWorker(laku: Laku, { calendarS = 5 } = {}): Promise<RunningWorker> {
  const { logger } = laku
  await laku.units.run({ kind: 'system', name: 'worker' }, (work) =>
    recordFirstPlace(work, placeOf(laku.urls.direct)),
  )
  const boss = new PgBoss({
    connectionString: laku.urls.direct,
    application_name: 'laku worker',
    max: 8,
    migrate: false,
    createSchema: false,
    useListenNotify: true,
    // A worker that died leaves its jobs active: the supervisor of any other worker gives them out again.
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

/** What runs by the calendar; what came due while no worker ran is made up for once, however often it did. */
export async function writeCalendar(boss: PgBoss): Promise<void> {
  for (const { name, cron } of jobs) {
    if (cron) await boss.schedule(name, cron, {}, { tz: 'Asia/Jakarta', missed: 'once' })
  }
}

async function workQueue(laku: Laku, boss: PgBoss, job: JobDefinition): Promise<void> {
  const { logger } = laku
  const options = {
    // A batch of one would fetch but a few jobs a second; burst needs two.
    batchSize: Math.max(2, job.batchSize),
    burstWhenBatchFull: true,
    pollingIntervalSeconds: 0.5,
    notifyPollingIntervalSeconds: 2,
    perJobResults: true,
  } as const
  await boss.work<object, unknown, typeof options>(job.name, options, async (batch) => {
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
        output: { message: error instanceof Error ? error.message : String(error) },
      }
    })
  })
}

async function isKnownDatabase(laku: Laku): Promise<boolean> {
  const { rows } = await sql<{ is: boolean }>`select ${databaseIsKnown} as is`.execute(laku.db)
  return rows[0]?.is ?? false
}

/** The failures of a batch by job; a batch that throws has failed whole. */
async function runBatch(
  laku: Laku,
  job: JobDefinition,
  batch: JobRun<object>[],
): Promise<Map<string, unknown>> {
  try {
    if (job.needsKnownDatabase && !(await isKnownDatabase(laku))) return new Map()
    const failures = (await job.run(laku, batch)) ?? []
    return new Map(failures.map(({ id, error }) => [id, error]))
  } catch (error) {
    return new Map(batch.map(({ id }) => [id, error]))
  }
}

/**
 * Asks once a second, in one statement, which sweeps have something due, and queues those. What is due is found by an
 * index, so an idle database of any size costs nothing; a queue's policy keeps many workers from sweeping at once.
 */
class SweepTicker {
  readonly #laku: Laku
  readonly #boss: PgBoss
  readonly #sweeps = jobs.flatMap(({ name, sweep, needsKnownDatabase = false }) =>
    sweep ? [{ name, due: sweep.due, needsKnownDatabase }] : [],
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
      const asked = this.#sweeps.map(({ name, due, needsKnownDatabase }) => {
        const may = needsKnownDatabase ? sql`known.is` : sql`true`
        return sql`select ${name}::text as name from known where ${may} and ${due(now)}`
      })
      const { rows } = await sql<{
        name: string
      }>`with known as materialized (select ${databaseIsKnown} as is) ${sql.join(asked, sql` union all `)}`.execute(
        this.#laku.db,
      )
      for (const { name } of rows) await this.#boss.send(name, {})
    } catch (error) {
      this.#laku.logger.error({ err: error }, 'sweeps could not be looked up; the next second tries again')
    }
  }
}
