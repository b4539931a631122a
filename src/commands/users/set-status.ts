import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { userArgument, userInput, userNamed } from './user.ts'

export const suspend = defineChange({
  name: 'suspend',
  description: 'Suspend a user. Their log-ins end within a second; their paid orders go on.',
  args: [userArgument],
  input: z.object(userInput),
  examples: ['laku users suspend 0812-0000-0001 --reason "stolen phone"'],
  needsReason: true,
  change: async (work, { user }, reason) => {
    const { suspendUser } = await import('../../domain/user/index.ts')
    return await suspendUser(work, { userId: (await userNamed(work.tx, user)).id, reason })
  },
  done: ({ id }) => `User ${id} is suspended.`,
})

export const activate = defineChange({
  name: 'activate',
  description: 'Activate a suspended user again.',
  args: [userArgument],
  input: z.object(userInput),
  examples: ['laku users activate 0812-0000-0001'],
  change: async (work, { user }) => {
    const { activateUser } = await import('../../domain/user/index.ts')
    return await activateUser(work, { userId: (await userNamed(work.tx, user)).id })
  },
  done: ({ id }) => `User ${id} is active.`,
})
