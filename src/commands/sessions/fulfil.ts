import { z } from 'zod'
import { defineChange } from '../define-command.ts'
import { sessionArgument, sessionInput, sessionNamed } from './session.ts'

export const fulfil = defineChange({
  name: 'fulfil',
  description:
    'Take a closed session as far as its stock goes, now: reserve, make the orders, release the escrow.',
  args: [sessionArgument],
  input: z.object(sessionInput),
  examples: ['laku sessions fulfil GBS-261123-7K3QX2'],
  change: async (work, { session }) => {
    const { createOrdersOf, fulfilDemand } = await import('../../domain/group-buying/index.ts')
    const { id: sessionId, code } = await sessionNamed(work.tx, session)
    const demand = await fulfilDemand(work, { sessionId })
    const made = demand.outcome === 'pending_stock' ? { count: 0 } : await createOrdersOf(work, { sessionId })
    const { status } = await sessionNamed(work.tx, sessionId)
    work.audit({
      command: 'sessions fulfil',
      subject: ['session', sessionId],
      after: { status, orders: made.count },
    })
    return { code, status, orders: made.count, ...demand }
  },
  done: ({ code, status, orders }) => `${code} is ${status}; ${orders} orders were made.`,
})
