import { z } from 'zod'
import { defineShow } from '../../cli/define/command.ts'

export const show = defineShow({
  name: 'show',
  description: 'Show one message. Secret parts of it, like a code, are never shown.',
  args: [{ name: 'message', description: 'the UUID of the message' }],
  input: z.object({ message: z.uuid() }),
  examples: ['laku whatsapp show 01990000-0000-7000-8000-000000000001'],
  run: async (context, { message }) => {
    const { getMessage } = await import('../../domain/whatsapp/list-messages.ts')
    return await context.read((work) => getMessage(work, message))
  },
  fields: [
    { name: 'id', kind: 'code', value: (message) => message.id },
    { name: 'status', kind: 'status', value: (message) => message.status },
    { name: 'to', value: (message) => message.to },
    { name: 'template', value: (message) => message.template },
    { name: 'params', value: (message) => message.params.join(' | ') },
    { name: 'body', value: (message) => message.body },
    { name: 'attempts', kind: 'number', value: (message) => message.attempts },
    { name: 'failure_code', heading: 'why', value: (message) => message.failureCode },
    { name: 'created_at', kind: 'time', value: (message) => message.createdAt },
    { name: 'updated_at', kind: 'time', value: (message) => message.updatedAt },
  ],
})
