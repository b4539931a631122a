import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { sessionArgument, sessionInput } from './session.ts'

export const check = defineChange({
  name: 'check',
  description: 'Check a session now instead of at the next sweep: it may close, fail or stay open.',
  args: [sessionArgument],
  input: z.object(sessionInput),
  examples: ['laku sessions check GBS-261123-7K3QX2'],
  change: async (work, { session }) => {
    const { checkSession } = await import('../../domain/group-buying/index.ts')
    return await checkSession(work, session)
  },
  done: ({ session: { code, status, paidUnits, moq }, ended }) =>
    ended
      ? `${code} has ended: ${status}.`
      : `${code} stays ${status}: ${paidUnits} of ${moq} units are paid.`,
})
