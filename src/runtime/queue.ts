import { fromKysely, PgBoss } from 'pg-boss'
import type { NewJob, Tx } from '../domain/kernel/index.ts'

/** Enqueues in the caller's transaction: no job without its write, no write without its job. */
export class JobQueue {
  readonly #url: string
  readonly #onError: (error: Error) => void
  #started: Promise<PgBoss> | undefined

  constructor(url: string, onError: (error: Error) => void) {
    this.#url = url
    this.#onError = onError
  }

  /** pg-boss, started when first needed: a command that only reads never pays for it. */
  boss(): Promise<PgBoss> {
    this.#started ??= this.#start()
    return this.#started
  }

  async #start(): Promise<PgBoss> {
    const boss = new PgBoss({
      connectionString: this.#url,
      max: 1,
      supervise: false,
      schedule: false,
      migrate: false,
      createSchema: false,
    })
    boss.on('error', this.#onError)
    return boss.start()
  }

  async enqueue(tx: Tx, jobs: NewJob[]): Promise<void> {
    const boss = await this.boss()
    // pg-boss reads its own column names; the application's plugin would rename them.
    const db = fromKysely(tx.withoutPlugins())
    for (const [name, all] of Map.groupBy(jobs, (job) => job.name)) {
      await boss.insert(
        name,
        all.map((job) => ({ data: job.data })),
        { db },
      )
    }
  }

  async close(): Promise<void> {
    const boss = await this.#started?.catch(() => undefined)
    await boss?.stop({ graceful: false })
  }
}
