import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { usageError } from '../../cli/errors/cli-error.ts'
import { requireInstant } from '../../cli/output/times.ts'
import { providers } from './list.ts'

export const replay = defineChange({
  name: 'replay',
  description:
    'Process webhook deliveries again in the worker: one, or all of a period. What was already processed is not done twice.',
  args: [{ name: 'id', description: 'the UUID of one delivery', optional: true }],
  options: [
    { flags: '--since <time>', description: 'all that came since this time: ISO 8601, -2h, yesterday' },
    { flags: '--until <time>', description: 'all that came before this time' },
    { flags: '--provider <provider>', description: 'all of this provider', choices: providers },
    { flags: '--failed', description: 'only those that failed' },
  ],
  input: z.object({
    id: z.uuid().optional(),
    since: z.string().optional(),
    until: z.string().optional(),
    provider: z.enum(providers).optional(),
    failed: z.boolean().optional(),
  }),
  examples: [
    'laku webhooks replay 0192f3c1-… --dry-run',
    'laku webhooks replay --provider xendit --since -2h --reason "Xendit was misread"',
  ],
  change: async (work, { id, since, until, provider, failed }) => {
    const isRange = since !== undefined || until !== undefined || provider !== undefined || failed === true
    if (id === undefined && !isRange) {
      throw usageError('no delivery is named. Give an id, or --since, --until, --provider or --failed.')
    }
    if (id !== undefined && isRange) throw usageError('give an id or a range of deliveries, not both')
    const { replayWebhooks } = await import('../../domain/webhooks/index.ts')
    return await replayWebhooks(work, {
      id,
      provider,
      status: failed ? 'failed' : undefined,
      since: since === undefined ? undefined : requireInstant(since, '--since', work.now),
      until: until === undefined ? undefined : requireInstant(until, '--until', work.now),
    })
  },
  done: ({ count }) =>
    count === 0
      ? 'No delivery matches. See the deliveries with laku webhooks list.'
      : `${count} deliveries are processed again.`,
})
