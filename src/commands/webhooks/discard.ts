import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'

export const discard = defineChange({
  name: 'discard',
  description: 'Discard a webhook delivery that waits to be processed. You can replay it later.',
  args: [{ name: 'id', description: 'the UUID of the delivery' }],
  input: z.object({ id: z.uuid() }),
  needsReason: true,
  examples: ['laku webhooks discard 0192f3c1-… --reason "a test of the provider\'s"'],
  change: async (work, { id }) => {
    const { discardWebhook } = await import('../../domain/webhooks/index.ts')
    return await discardWebhook(work, { id })
  },
  done: ({ provider, status }) =>
    `The delivery of ${provider} is ${status}: laku webhooks replay brings it back.`,
})
