import type { RawBuilder } from 'kysely'
import '../domain/composition/job-payloads.ts'
import type { JobName, JobPayloads } from '../domain/kernel/index.ts'
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

/** The data that the choreography gives to a job. A sweep and a job of the calendar are given none. */
type DataOf<N extends string> = N extends JobName ? JobPayloads[N] : object

export interface JobDefinition<N extends string = string> {
  /** The queue's name; the file is named after it. */
  name: N
  /** How many jobs one run takes at most. A batch comes unordered. */
  batchSize: number
  retryLimit: number
  /** A sweep: at most one waits and one runs, whatever the number of workers. It takes no data. */
  sweep?: {
    /** An SQL condition that is true when something is due at `now`; it must be answered by an index. */
    due: (now: Date) => RawBuilder<boolean>
  }
  /**
   * It moves money, or decides by the time on money that may have come: it stands still while the database is
   * not known to be the shop's own. A job that is dropped then is found again by its sweep.
   */
  needsKnownDatabase?: boolean
  /**
   * It sends money to the provider: it waits until the provider's book was read since the database's server
   * was started.
   */
  sendsMoney?: boolean
  /** Runs at this cron time in Asia/Jakarta. */
  cron?: string
  /** Handles the batch. Throwing fails all of it; returning failures fails those. */
  run: (laku: Laku, jobs: JobRun<DataOf<N>>[]) => Promise<JobFailure[] | undefined>
}

/**
 * Declares a job. The name says what its data is, here and where the choreography asks for it; the registry
 * holds them all alike.
 */
export function defineJob<const N extends string>(definition: JobDefinition<N>): JobDefinition {
  return definition as unknown as JobDefinition
}
