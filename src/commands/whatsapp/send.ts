import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { usageError } from '../../cli/errors/cli-error.ts'

export const send = defineChange({
  name: 'send',
  description: 'Send a template, or free text to somebody who wrote to us within the last 24 hours.',
  args: [{ name: 'to', description: 'the phone number of the receiver' }],
  options: [
    { flags: '--template <name>', description: 'a template that the provider approved' },
    { flags: '--param <text...>', description: 'the values for {{1}}, {{2}} … of the template' },
    { flags: '--body <text>', description: 'free text instead of a template' },
  ],
  input: z.object({
    to: z.string(),
    template: z
      .string()
      .regex(/^[a-z0-9_]{1,60}$/, 'it takes small letters, digits and _')
      .optional(),
    param: z.array(z.string()).optional(),
    body: z.string().trim().min(1).max(4_000).optional(),
  }),
  examples: ['laku whatsapp send 0812-0000-0001 --body "Barang Anda dikirim hari ini"'],
  change: async (work, { to, template, param: params, body }) => {
    const { sendByStaff } = await import('../../domain/whatsapp/index.ts')
    if (template !== undefined && body === undefined) return await sendByStaff(work, { to, template, params })
    if (template === undefined && params === undefined && body !== undefined)
      return await sendByStaff(work, { to, body })
    throw usageError('give --template with its --param, or --body')
  },
  done: ({ to, id }) => `The message to ${to} will be sent: ${id}`,
})
