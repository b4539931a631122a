import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'

const common = {
  args: [{ name: 'id', description: 'the UUID of the job, from laku jobs list or laku jobs dead' }],
  input: z.object({ id: z.uuid() }),
}

export const retry = defineChange({
  ...common,
  name: 'retry',
  description: 'Run a failed or dead job once more.',
  change: async (work, { id }, _reason, context) => {
    const { retryJob } = await import('../../runtime/retry-jobs.ts')
    return await retryJob(work, (await context.laku()).queue, id)
  },
  done: (_result, { id }) => `Job ${id} runs again.`,
})

export const cancel = defineChange({
  ...common,
  name: 'cancel',
  description: 'Remove a waiting job from its queue. If its work is still due, a sweep makes a new job.',
  change: async (work, { id }, _reason, context) => {
    const { cancelJob } = await import('../../runtime/retry-jobs.ts')
    return await cancelJob(work, (await context.laku()).queue, id)
  },
  done: ({ queue, id }) => `Job ${id} of ${queue} is cancelled.`,
})

export const redrive = defineChange({
  name: 'redrive',
  description: 'Run dead jobs again: all of them, or those of one queue.',
  args: [{ name: 'queue', description: 'only the jobs of this queue', optional: true }],
  input: z.object({ queue: z.string().optional() }),
  examples: ['laku jobs redrive --dry-run', 'laku jobs redrive notify --reason "the mail server is back"'],
  change: async (work, { queue: of }, _reason, context) => {
    const { redriveJobs } = await import('../../runtime/retry-jobs.ts')
    return await redriveJobs(work, (await context.laku()).queue, { of })
  },
  done: ({ count }) => `${count} dead jobs are in their queues again.`,
})
