import type { PgBoss } from 'pg-boss'
import type { ExactJob, NewJob, Tx } from '../domain/kernel/index.ts'

/** The queue of jobs whose retries are used up; a sweep raises an attention item for each of them. */
export const DEAD_LETTER_QUEUE = 'dead'

export interface QueueDefinition {
  name: string
  retryLimit: number
  /** The queue's policy. `stately`: at most one job waits and one runs, whatever the number of workers. */
  policy: 'standard' | 'stately'
}

function queueOptions({ name, retryLimit, policy }: QueueDefinition) {
  const dead = name === DEAD_LETTER_QUEUE
  return {
    policy,
    retryLimit,
    retryDelay: 1,
    retryBackoff: true,
    retryDelayMax: 300,
    expireInSeconds: 300,
    // The interval at which a worker reports that it still works on its jobs (s). If the reports of a worker
    // stop, the worker is dead, and its jobs are given out again. Without these reports, the jobs would wait
    // until they expire.
    heartbeatSeconds: 10,
    notify: !dead,
    // Completed jobs are deleted after a day. Nobody needs them longer, because laku's events and tables
    // record the work.
    deleteAfterSeconds: 24 * 3600,
    ...(dead ? {} : { deadLetter: DEAD_LETTER_QUEUE }),
  }
}

const quiet = { supervise: false, schedule: false } as const

/**
 * Brings pg-boss's own tables and the queues to the state that the code expects. The database's owner runs
 * this with the migrations.
 */
export async function installQueues(ownerUrl: string, queues: readonly QueueDefinition[]): Promise<void> {
  const { PgBoss } = await import('pg-boss')
  const boss = new PgBoss({ connectionString: ownerUrl, max: 1, ...quiet })
  // The calls on pg-boss below throw their own errors, so its `error` event needs no handling.
  boss.on('error', () => {})
  await boss.start()
  try {
    const dead: QueueDefinition = { name: DEAD_LETTER_QUEUE, retryLimit: 0, policy: 'standard' }
    const known = new Set((await boss.getQueues()).map((queue) => queue.name))
    for (const queue of [dead, ...queues]) {
      const { policy, ...changeable } = queueOptions(queue)
      if (known.has(queue.name)) await boss.updateQueue(queue.name, changeable)
      else await boss.createQueue(queue.name, { policy, ...changeable })
    }
  } finally {
    await boss.stop({ graceful: false })
  }
}

/**
 * The job queue. It enqueues jobs in the caller's transaction, so that neither the job nor the caller's write
 * is committed without the other.
 */
export class JobQueue {
  readonly #url: string
  readonly #onError: (error: Error) => void
  #started: Promise<PgBoss> | undefined

  constructor(url: string, onError: (error: Error) => void) {
    this.#url = url
    this.#onError = onError
  }

  /** Returns pg-boss, which starts when first needed: a command that only reads does not even load it. */
  boss(): Promise<PgBoss> {
    this.#started ??= this.#start().catch((error: unknown) => {
      // If pg-boss could not start, for example because the database was away, the next caller tries again.
      this.#started = undefined
      throw error
    })
    return this.#started
  }

  async #start(): Promise<PgBoss> {
    const { PgBoss } = await import('pg-boss')
    const boss = new PgBoss({
      connectionString: this.#url,
      application_name: 'laku queue',
      max: 1,
      migrate: false,
      createSchema: false,
      ...quiet,
    })
    boss.on('error', this.#onError)
    return await boss.start()
  }

  /** Enqueues jobs. The compiler refuses data with a field that the job does not take. */
  async enqueue<J extends NewJob>(tx: Tx, jobs: readonly ExactJob<J>[]): Promise<void> {
    const boss = await this.boss()
    const { fromKysely } = await import('pg-boss')
    // The plugins of Kysely are left out, because they would rename the columns that pg-boss reads.
    const db = fromKysely(tx.withoutPlugins())
    for (const [name, all] of Map.groupBy(jobs, (job) => job.name)) {
      const rows = all.map((job) => ({ data: job.data }))
      await boss.insert(name, rows, { db })
    }
  }

  async close(): Promise<void> {
    const boss = await this.#started?.catch(() => undefined)
    await boss?.stop({ graceful: false })
  }
}
