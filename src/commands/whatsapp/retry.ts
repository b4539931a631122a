import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'

export const retry = defineChange({
  name: 'retry',
  description: 'Try now to send the messages that WhatsApp refused because of the account or a template.',
  input: z.object({}),
  examples: ['laku whatsapp retry'],
  change: async (work) => {
    const { retryHolds } = await import('../../domain/whatsapp/index.ts')
    return await retryHolds(work)
  },
  done: ({ holds }) =>
    holds.length === 0
      ? 'No messages are held back'
      : holds
          .map(
            ({ scope, code, waiting }) =>
              `${scope}, refused with ${code}: ${waiting} messages wait, and one is tried now`,
          )
          .join('\n'),
})
