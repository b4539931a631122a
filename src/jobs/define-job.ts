import type { RawBuilder } from 'kysely'
import '../domain/composition/job-payloads.ts'
import type { JobName, JobPayloads } from '../domain/kernel/index.ts'
import type { Laku } from '../runtime/laku.ts'

export interface JobRun<D> {
  id: string
  data: D
}

/** The failure of one job in a batch. The queue retries that job with backoff, up to the queue's limit. */
export interface JobFailure {
  id: string
  error: unknown
}

/** The data with which the choreography enqueues a job. A sweep and a job with a cron time get no data. */
type DataOf<N extends string> = N extends JobName ? JobPayloads[N] : object

export interface JobDefinition<N extends string = string> {
  /** The name of the job and of its queue; the job's file is named after it. */
  name: N
  /** The largest number of jobs that one run takes. The jobs of a batch come in no order. */
  batchSize: number
  retryLimit: number
  /**
   * Present if the job is a sweep: at most one sweep waits and one runs, whatever the number of workers. A
   * sweep takes no data.
   */
  sweep?: {
    /**
     * An SQL condition that is true when the sweep has work due at `now`; an index must answer the condition.
     */
    due: (now: Date) => RawBuilder<boolean>
  }
  /**
   * True if the job moves money, or decides by the time about money that may have arrived. The job does not
   * run while the database is not known to be the shop's own. The sweep finds the work of a dropped job
   * again.
   */
  needsKnownDatabase?: boolean
  /**
   * True if the job sends money to the provider. The job waits until the provider's book was read after the
   * last start of the database's server.
   */
  sendsMoney?: boolean
  /** The cron time at which the job runs, in Asia/Jakarta. */
  cron?: string
  /**
   * Handles a batch of jobs. If the function throws, every job of the batch fails; if it returns failures,
   * only those jobs fail.
   */
  run: (laku: Laku, jobs: JobRun<DataOf<N>>[]) => Promise<JobFailure[] | undefined>
}

/**
 * Declares a job. The job's name determines the type of its data, both here and where the choreography
 * enqueues the job. The registry holds all jobs under one type.
 */
export function defineJob<const N extends string>(definition: JobDefinition<N>): JobDefinition {
  return definition as unknown as JobDefinition
}
