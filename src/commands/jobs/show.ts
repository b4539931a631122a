import { z } from 'zod'
import { defineShow } from '../../cli/define/command.ts'
import { showJob } from '../../runtime/read-jobs.ts'

export const show = defineShow({
  name: 'show',
  description: 'Show one job: its input and its result.',
  args: [{ name: 'id', description: 'the UUID of the job' }],
  input: z.object({ id: z.uuid() }),
  run: (context, { id }) => context.read(({ tx }) => showJob(tx, id)),
  fields: [
    { name: 'id', kind: 'code', value: (job) => job.id },
    { name: 'queue', value: (job) => job.queue },
    { name: 'state', kind: 'status', value: (job) => job.state },
    { name: 'retries', value: (job) => `${job.tries} of ${job.tryLimit}` },
    { name: 'created_at', kind: 'time', value: (job) => job.createdAt },
    { name: 'start_after', heading: 'not before (WIB)', value: (job) => job.startAfter },
    { name: 'started_at', kind: 'time', value: (job) => job.startedAt },
    { name: 'completed_at', heading: 'ended', kind: 'time', value: (job) => job.completedAt },
    { name: 'data', value: (job) => JSON.stringify(job.data) },
    { name: 'output', value: (job) => JSON.stringify(job.output) },
  ],
})
