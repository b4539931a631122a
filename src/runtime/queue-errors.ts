import { defineErrors } from '../domain/kernel/index.ts'

export const queueErrors = defineErrors('queue', {
  job_not_found: [
    'not_found',
    'No job has this id (a finished job is kept for one day). See the jobs with laku jobs list.',
  ],
  job_not_failed: [
    'conflict',
    'This job has not failed, so it cannot be tried again. See its state with laku jobs show.',
  ],
  job_not_waiting: [
    'conflict',
    'This job is not waiting any more, so it cannot be cancelled. See its state with laku jobs show.',
  ],
  queue_not_found: ['not_found', 'There is no queue with this name. See the queues with laku jobs list.'],
})
