import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { sessionArgument, sessionInput, sessionNamed } from './session.ts'

export const open = defineChange({
  name: 'open',
  description: 'Open a draft session now.',
  args: [sessionArgument],
  input: z.object(sessionInput),
  examples: ['laku sessions open GBS-261123-7K3QX2'],
  change: async (work, { session }) => {
    const { openSession } = await import('../../domain/group-buying/index.ts')
    return await openSession(work, { sessionId: (await sessionNamed(work.tx, session)).id })
  },
  done: ({ code }) => `${code} is open, and buyers can join it.`,
})
