import { defineErrors } from '../domain/kernel/index.ts'

export const queueErrors = defineErrors('queue', {
  job_not_found: ['not_found', 'There is no such job; a done one is kept for a day.'],
  job_not_failed: ['conflict', 'Only a job that failed can be tried again.'],
  job_not_waiting: ['conflict', 'Only a job that waits can be cancelled.'],
  queue_not_found: ['not_found', 'There is no queue of this name.'],
})
