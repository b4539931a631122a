import type { Kysely, RawBuilder } from 'kysely'
import type { DB } from '../domain/kernel/index.ts'
import type { Laku } from '../runtime/laku.ts'

export interface JobRun<D> {
  id: string
  data: D
}

/** How one job of a batch ended where it did not simply succeed: it is tried again (with backoff), or given up for a person. */
export interface JobFailure {
  id: string
  error: unknown
}

export interface JobDefinition<D extends object = object> {
  /** The queue's name; the file is named after it. */
  name: string
  /** How many jobs one run takes at most. A batch comes unordered. */
  batchSize: number
  retryLimit: number
  /** A sweep: at most one waits and one runs, whatever the number of workers. It takes no data. */
  sweep?: {
    /** An SQL condition that is true when something is due at `now`; it must be answered by an index. */
    due: (now: Date) => RawBuilder<boolean>
  }
  /** Runs at this cron time in Asia/Jakarta. */
  cron?: string
  /** Handles the batch. Throwing fails all of it; returning failures fails those. */
  run: (laku: Laku, jobs: JobRun<D>[]) => Promise<JobFailure[] | void>
}

export function defineJob<D extends object>(definition: JobDefinition<D>): JobDefinition<D> {
  return definition
}

export type AnyJob = JobDefinition<never>
export type Database = Kysely<DB>
