import type { QueueDefinition } from '../runtime/queue.ts'
import type { JobDefinition } from './define-job.ts'

/** Every job of laku. The worker runs them all; a test holds this list against the files and the choreography. */
export const jobs: readonly JobDefinition[] = []

/** The queues that the jobs need, for `laku db migrate`. */
export const queues: readonly QueueDefinition[] = jobs.map(({ name, retryLimit, sweep }) => ({
  name,
  retryLimit,
  policy: sweep ? 'stately' : 'standard',
}))
