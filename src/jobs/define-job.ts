import type { RawBuilder } from 'kysely'
import type { Laku } from '../runtime/laku.ts'

export interface JobRun<D> {
  id: string
  data: D
}

/** A job of a batch that did not succeed: it is tried again with backoff, up to its queue's limit. */
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
  /**
   * It moves money, or decides by the time on money that may have come: it stands still while the database is not known to be the
   * shop's own. A job that is dropped then is found again by its sweep.
   */
  needsKnownDatabase?: boolean
  /** Runs at this cron time in Asia/Jakarta. */
  cron?: string
  /** Handles the batch. Throwing fails all of it; returning failures fails those. */
  run: (laku: Laku, jobs: JobRun<D>[]) => Promise<JobFailure[] | undefined>
}

/** Declares a job. Its data is what the choreography gave it, so its type is narrowed here and widened for the registry. */
export function defineJob<D extends object>(definition: JobDefinition<D>): JobDefinition {
  // The choreography and this definition agree on D by the job's name; a test of each pair holds them to it.
  return definition as unknown as JobDefinition
}
