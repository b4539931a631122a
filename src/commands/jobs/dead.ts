import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'
import { listDeadJobs } from '../../runtime/read-jobs.ts'

export const dead = defineList({
  name: 'dead',
  description: 'List jobs that failed after all retries, newest first. laku jobs redrive runs them again.',
  options: [{ flags: '--queue <queue>', description: 'only from this queue' }],
  input: z.object({ queue: z.string().optional() }),
  examples: ['laku jobs dead --queue notify'],
  empty: 'No dead jobs. laku jobs list shows the others.',
  run: (context, { queue }, page) => context.read(({ tx }) => listDeadJobs(tx, { queue, ...page })),
  columns: [
    { name: 'id', kind: 'code', value: (row) => row.id },
    { name: 'queue', kind: 'code', value: (row) => row.queue },
    { name: 'died_at', kind: 'time', spare: true, value: (row) => row.diedAt },
    { name: 'tries', heading: 'retries', kind: 'number', spare: true, value: (row) => row.tries },
    { name: 'error', value: (row) => row.error },
  ],
})
