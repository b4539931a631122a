import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { formatIdr } from '../../domain/kernel/index.ts'
import { sessionArgument, sessionInput, sessionNamed, stakeOf } from './session.ts'

export const refund = defineChange({
  name: 'refund',
  description: 'Refund all buyers of a session whose orders are not made yet.',
  args: [sessionArgument],
  input: z.object(sessionInput),
  examples: ['laku sessions refund GBS-261123-7K3QX2 --reason "goods never came"'],
  severe: async (context, { session }) => {
    const { code, stake } = await stakeOf(context, session)
    return { code, consequence: `refunds all buyers of the session who still wait: ${stake}` }
  },
  change: async (work, { session }, reason) => {
    const { refundSession } = await import('../../domain/group-buying/index.ts')
    return await refundSession(work, { sessionId: (await sessionNamed(work.tx, session)).id, reason })
  },
  done: ({ count, amountIdr }) => `${count} payments, ${formatIdr(amountIdr)}, go back to their buyers.`,
})
