import { z } from 'zod'
import { defineShow } from '../../cli/define/command.ts'
import { showJob } from '../../runtime/read-jobs.ts'

export const show = defineShow({
  name: 'show',
  description: 'One job: what it was given, and what came of it.',
  args: [{ name: 'id', description: 'UUID' }],
  input: z.object({ id: z.uuid() }),
  run: (context, { id }) => context.read(({ tx }) => showJob(tx, id)),
  fields: [
    { name: 'id', kind: 'code', value: (one) => one.id },
    { name: 'queue', value: (one) => one.queue },
    { name: 'state', kind: 'status', value: (one) => one.state },
    { name: 'retries', value: (one) => `${one.tries} of ${one.tryLimit}` },
    { name: 'created_at', kind: 'time', value: (one) => one.createdAt },
    { name: 'start_after', heading: 'not before (WIB)', value: (one) => one.startAfter },
    { name: 'started_at', kind: 'time', value: (one) => one.startedAt },
    { name: 'completed_at', heading: 'ended', kind: 'time', value: (one) => one.completedAt },
    { name: 'data', value: (one) => JSON.stringify(one.data) },
    { name: 'output', value: (one) => JSON.stringify(one.output) },
  ],
})
