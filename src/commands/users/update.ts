import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { usageError } from '../../cli/errors/cli-error.ts'
import { userArgument, userInput, userNamed } from './user.ts'

const locales = ['id', 'en'] as const

export const update = defineChange({
  name: 'update',
  description: 'Change what is known of a user.',
  args: [userArgument],
  options: [
    { flags: '--phone <phone>', description: 'their new number, which they log in by' },
    { flags: '--name <name>', description: 'their name' },
    { flags: '--email <address>', description: 'their address for mail' },
    { flags: '--locale <language>', description: 'the language they are written to in', choices: locales },
  ],
  input: z.object({
    ...userInput,
    phone: z.string().optional(),
    name: z.string().trim().min(1).max(100).optional(),
    email: z.email().max(254).optional(),
    locale: z.enum(locales).optional(),
  }),
  examples: ['laku users update 0812-0000-0001 --phone 0813-0000-0002 --reason "lost the old number"'],
  needsReason: true,
  change: async (work, { user, ...changes }) => {
    const { changeUser } = await import('../../domain/user/index.ts')
    if (Object.keys(changes).length === 0) throw usageError('nothing to change: see laku users update --help')
    return await changeUser(work, { userId: (await userNamed(work.tx, user)).id, ...changes })
  },
  done: ({ id }) => `User ${id} is changed.`,
})
