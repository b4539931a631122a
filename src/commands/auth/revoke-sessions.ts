import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'

export const revokeSessions = defineChange({
  name: 'revoke-sessions',
  description: 'Log a customer out on all devices. It takes at most a second.',
  args: [{ name: 'user', description: 'the UUID or phone number of the user' }],
  input: z.object({ user: z.string() }),
  examples: ['laku auth revoke-sessions +6281234567890 --reason "the phone was stolen"'],
  needsReason: true,
  change: async (work, { user }) => {
    const { revokeLogins } = await import('../../domain/auth/index.ts')
    return await revokeLogins(work, { user })
  },
  done: ({ count }) => `${count} log-ins ended.`,
})
