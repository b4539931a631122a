import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'

export const create = defineChange({
  name: 'create',
  description: 'Register a user by their phone number. If the number is known, the existing user is shown.',
  options: [
    { flags: '--phone <phone>', description: 'their mobile phone number' },
    { flags: '--name <name>', description: 'their name' },
  ],
  input: z.object({ phone: z.string(), name: z.string().trim().min(1).max(100).optional() }),
  examples: ['laku users create --phone 0812-0000-0001 --name "Budi Santoso"'],
  change: async (work, input) => {
    const { createUser } = await import('../../domain/user/index.ts')
    return await createUser(work, input)
  },
  done: ({ id, phone }) => `${phone} is user ${id}.`,
})
