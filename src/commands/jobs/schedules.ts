import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'
import { pageOf } from '../../domain/kernel/index.ts'
import { listSchedules } from '../../runtime/read-jobs.ts'

export const schedules = defineList({
  name: 'schedules',
  description: 'List the jobs that run on a schedule, and when each ran last.',
  input: z.object({}),
  empty: 'No schedules. A worker makes them when it starts (laku worker).',
  cursor: z.string(),
  run: (context, _input, { limit, cursor }) =>
    context.read(async ({ tx }) => {
      const all = await listSchedules(tx)
      const rest = all.filter((row) => cursor === undefined || row.queue > cursor)
      return pageOf(rest, limit, (row) => row.queue)
    }),
  columns: [
    { name: 'queue', kind: 'code', value: (row) => row.queue },
    { name: 'cron', kind: 'code', value: (row) => row.cron },
    { name: 'timezone', value: (row) => row.timezone },
    { name: 'last_run_at', heading: 'last run', kind: 'time', value: (row) => row.lastRunAt },
  ],
})
