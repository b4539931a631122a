import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'

export const cancel = defineChange({
  name: 'cancel',
  description: 'Cancel a message that waits to be sent.',
  args: [{ name: 'message', description: 'the UUID of the message' }],
  input: z.object({ message: z.uuid() }),
  needsReason: true,
  examples: ['laku whatsapp cancel 01990000-0000-7000-8000-000000000001 --reason "the goods came"'],
  change: async (work, { message: messageId }) => {
    const { cancelMessage } = await import('../../domain/whatsapp/index.ts')
    return await cancelMessage(work, { messageId })
  },
  done: ({ to, status }) => `The message to ${to} is ${status}.`,
})
