import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { sessionArgument, sessionInput, sessionNamed, stakeOf } from './session.ts'

export const cancel = defineChange({
  name: 'cancel',
  description: 'Cancel a session before its orders are made. All buyers are refunded.',
  args: [sessionArgument],
  input: z.object(sessionInput),
  examples: ['laku sessions cancel GBS-261123-7K3QX2 --reason "the factory closed"'],
  severe: async (context, { session }) => {
    const { code, stake } = await stakeOf(context, session)
    return { code, consequence: `cancels the session and refunds all buyers: ${stake}` }
  },
  change: async (work, { session }, reason) => {
    const { cancelSession } = await import('../../domain/group-buying/index.ts')
    return await cancelSession(work, { sessionId: (await sessionNamed(work.tx, session)).id, reason })
  },
  done: ({ code, status }) => `${code} is ${status}.`,
})
