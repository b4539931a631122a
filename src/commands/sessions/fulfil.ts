import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { sessionArgument, sessionInput, sessionNamed } from './session.ts'

export const fulfil = defineChange({
  name: 'fulfil',
  description:
    'Fulfil a closed session now as far as its stock allows: reserve stock, order missing goods, make the orders, release the escrow.',
  args: [sessionArgument],
  input: z.object(sessionInput),
  examples: ['laku sessions fulfil GBS-261123-7K3QX2'],
  change: async (work, { session }) => {
    const { createCoveredOrders, fulfilDemand } = await import('../../domain/group-buying/index.ts')
    const { id: sessionId, code } = await sessionNamed(work.tx, session)
    const demand = await fulfilDemand(work, { sessionId })
    const orders = await createCoveredOrders(work, sessionId)
    const { status } = await sessionNamed(work.tx, sessionId)
    work.audit({
      command: 'sessions fulfil',
      subject: ['session', sessionId],
      after: { status, orders, purchaseOrder: demand.purchaseOrder?.code },
    })
    return { code, status, orders, ...demand }
  },
  done: ({ code, status, orders, purchaseOrder }) => {
    const waits = purchaseOrder
      ? ` ${purchaseOrder.code} (${purchaseOrder.status}) will bring the missing units.`
      : ''
    return `${code} is ${status}; ${orders} orders were made.${waits}`
  },
})
