import type { RawBuilder } from 'kysely'
import '../domain/composition/job-payloads.ts'
import type { JobName, JobPayloads } from '../domain/kernel/index.ts'
import type { Laku } from '../runtime/laku.ts'

export interface JobRun<D> {
  id: string
  data: D
}

/**
 * The failure of one job in a batch. The queue retries that job after growing delays, up to the job's number
 * of retries.
 */
export interface JobFailure {
  id: string
  error: unknown
}

/**
 * The data of a job, as the choreography (the map from events to jobs) enqueues it. A sweep and a job with a
 * cron time get no data.
 */
type DataOf<N extends string> = N extends JobName ? JobPayloads[N] : object

export interface JobDefinition<N extends string = string> {
  /** The name of the job and of its queue. The file of the job has this name too. */
  name: N
  /** The maximum number of jobs that one run processes, in any order. */
  batchSize: number
  retryLimit: number
  /**
   * Present if the job is a sweep, which looks for due work itself and gets no data. At most one run of a
   * sweep waits and one is active, whatever the number of workers.
   */
  sweep?: {
    /**
     * An SQL condition that is true when the sweep has work that is due at `now`. An index must make the
     * condition fast, because all workers check it again and again.
     */
    due: (now: Date) => RawBuilder<boolean>
  }
  /**
   * True if the job must not run on an old copy of the shop's database. Such a job moves money, or ends
   * something because its time is over. The old copy may lack money that arrived in time. While the database
   * may be an old copy, the job is dropped. Its work is not lost, because a sweep finds the work again later.
   */
  needsKnownDatabase?: boolean
  /**
   * True if the job sends money through the provider. After each start of the database server, the newest
   * payouts may be missing in the database. So the job waits until laku has read the provider's transaction
   * list.
   */
  sendsMoney?: boolean
  /** The times at which the job runs, in cron syntax, in Asia/Jakarta. */
  cron?: string
  /**
   * Runs a batch of jobs. If the function throws, every job of the batch fails; if it returns failures, only
   * those jobs fail.
   */
  run: (laku: Laku, jobs: JobRun<DataOf<N>>[]) => Promise<JobFailure[] | undefined>
}

/**
 * Declares a job. The job's name determines the type of its data. All jobs are declared under one type, so
 * that the registry can hold them.
 */
export function defineJob<const N extends string>(definition: JobDefinition<N>): JobDefinition {
  return definition as unknown as JobDefinition
}
