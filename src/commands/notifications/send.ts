import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { userArgument, userInput, userNamed } from '../users/user.ts'

export const send = defineChange({
  name: 'send',
  description:
    'Send a user a notification from a template, by all channels that the user wants. Templates: message, order_delayed, goodwill.',
  args: [userArgument],
  options: [
    {
      flags: '--template <name>',
      description:
        'the template, with its parameters: message (title, body), order_delayed (code, days), goodwill (amount, reason)',
    },
    { flags: '--param <text...>', description: 'the parameters of the template, in order' },
  ],
  input: z.object({
    ...userInput,
    template: z.string('name a template'),
    param: z.array(z.string()).default([]),
  }),
  examples: [
    'laku notifications send 0812-0000-0001 --template order_delayed --param ORD-261125-3R9APGJRQW 2',
  ],
  change: async (work, { user, template, param: params }, _reason, context) => {
    const { notifyByStaff } = await import('../../domain/notification/index.ts')
    const { id: userId } = await userNamed(work.tx, user)
    return await notifyByStaff(work, { userId, template, params }, context.settings().publicUrl)
  },
  done: ({ id }) => `The notice will be sent: ${id}`,
})
