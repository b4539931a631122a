import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'
import { listDeadJobs } from '../../runtime/read-jobs.ts'

export const dead = defineList({
  name: 'dead',
  description: 'Jobs whose retries are used up, newest first: laku jobs redrive gives them another go.',
  options: [{ flags: '--queue <queue>', description: 'that came from one queue' }],
  input: z.object({ queue: z.string().optional() }),
  examples: ['laku jobs dead --queue notify'],
  empty: 'No dead jobs: nothing failed for good. laku jobs list has the others.',
  run: (context, { queue }, page) => context.read(({ tx }) => listDeadJobs(tx, { queue, ...page })),
  columns: [
    { name: 'id', kind: 'code', value: (row) => row.id },
    { name: 'queue', kind: 'code', value: (row) => row.queue },
    { name: 'died_at', kind: 'time', spare: true, value: (row) => row.diedAt },
    { name: 'tries', heading: 'retries', kind: 'number', spare: true, value: (row) => row.tries },
    { name: 'error', value: (row) => row.error },
  ],
})
