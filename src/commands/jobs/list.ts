import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'
import { jobStates, listJobs } from '../../runtime/read-jobs.ts'

export const list = defineList({
  name: 'list',
  description:
    'List jobs that wait, run or ended within a day, newest first. laku jobs dead lists dead jobs.',
  options: [
    { flags: '--queue <queue>', description: 'only of this queue, like notify' },
    { flags: '--state <state>', description: 'only with this status', choices: jobStates },
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
