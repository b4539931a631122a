import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'
import { jobStates, listJobs } from '../../runtime/read-jobs.ts'

export const list = defineList({
  name: 'list',
  description: 'Jobs that wait, run or ended within a day, newest first. Dead ones: laku jobs dead.',
  options: [
    { flags: '--queue <queue>', description: 'of one queue, like notify' },
    { flags: '--state <state>', description: 'only these', choices: jobStates },
  ],
  input: z.object({ queue: z.string().optional(), state: z.enum(jobStates).optional() }),
  examples: ['laku jobs list --state active', 'laku jobs list --queue webhooks.xendit --json'],
  empty: 'No jobs. Try without --state and --queue.',
  run: (context, { queue, state }, page) => context.read(({ tx }) => listJobs(tx, { queue, state, ...page })),
  columns: [
    { name: 'id', kind: 'code', value: (row) => row.id },
    { name: 'queue', kind: 'code', value: (row) => row.queue },
    { name: 'state', kind: 'status', value: (row) => row.state },
    { name: 'tries', heading: 'retries', kind: 'number', spare: true, value: (row) => row.tries },
    { name: 'created_at', kind: 'time', spare: true, value: (row) => row.createdAt },
    { name: 'completed_at', heading: 'ended', kind: 'time', spare: true, value: (row) => row.completedAt },
    { name: 'error', value: (row) => row.error },
  ],
})
