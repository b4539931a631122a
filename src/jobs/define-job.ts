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
   * The job moves money, or decides by the time on money that may have come. It does not run while the
   * database is not known to be the shop's own. The sweep finds a dropped job's work again.
   */
  needsKnownDatabase?: boolean
  /**
   * The job sends money to the provider. It waits until the provider's book was read since the start of the
   * database's server.
   */
  sendsMoney?: boolean
  /** Runs at this cron time in Asia/Jakarta. */
  cron?: string
  /**
   * Handles the batch. If it throws, every job of the batch fails; if it returns failures, only those jobs
   * fail.
   */
  run: (laku: Laku, jobs: JobRun<DataOf<N>>[]) => Promise<JobFailure[] | undefined>
}

/**
 * Declares a job. The name determines the type of its data, here and where the choreography asks for the job;
 * the registry holds all jobs under one type.
 */
export function defineJob<const N extends string>(definition: JobDefinition<N>): JobDefinition {
  return definition as unknown as JobDefinition
}
