import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { sessionArgument, sessionInput, sessionNamed } from './session.ts'

export const close = defineChange({
  name: 'close',
  description: 'Close a session early that has reached its MOQ. If it has not, see laku sessions cancel.',
  args: [sessionArgument],
  input: z.object(sessionInput),
  examples: ['laku sessions close GBS-261123-7K3QX2 --reason "the factory has no more"'],
  needsReason: true,
  change: async (work, { session }) => {
    const { closeEarly } = await import('../../domain/group-buying/index.ts')
    return await closeEarly(work, { sessionId: (await sessionNamed(work.tx, session)).id })
  },
  done: ({ code, paidUnits }) => `${code} is closed with ${paidUnits} paid units; fulfilment starts now.`,
})
