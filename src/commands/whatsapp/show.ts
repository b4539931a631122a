import { z } from 'zod'
import { defineShow } from '../../cli/define/command.ts'

export const show = defineShow({
  name: 'show',
  description: 'One message; what is secret in it (a code) is never shown.',
  args: [{ name: 'message', description: 'UUID' }],
  input: z.object({ message: z.uuid() }),
  examples: ['laku whatsapp show 01990000-0000-7000-8000-000000000001'],
  run: async (context, { message }) => {
    const { getMessage } = await import('../../domain/whatsapp/list-messages.ts')
    return await context.read((work) => getMessage(work, message))
  },
  fields: [
    { name: 'id', kind: 'code', value: (one) => one.id },
    { name: 'status', kind: 'status', value: (one) => one.status },
    { name: 'to', value: (one) => one.to },
    { name: 'template', value: (one) => one.template },
    { name: 'params', value: (one) => one.params.join(' | ') },
    { name: 'body', value: (one) => one.body },
    { name: 'attempts', kind: 'number', value: (one) => one.attempts },
    { name: 'failure_code', heading: 'why', value: (one) => one.failureCode },
    { name: 'created_at', kind: 'time', value: (one) => one.createdAt },
    { name: 'updated_at', kind: 'time', value: (one) => one.updatedAt },
  ],
})
