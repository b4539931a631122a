import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { orderArgument, orderInput } from './order.ts'

export const close = defineChange({
  name: 'close',
  description: 'Close a purchase order that was received. What the factory still owes will not come.',
  args: [orderArgument],
  input: z.object(orderInput),
  examples: ['laku purchase-orders close PO-261125-7K3QX2 --reason "the factory cannot replace two pieces"'],
  change: async (work, { order }, reason) => {
    const { closePurchaseOrder } = await import('../../domain/warehouse/index.ts')
    return await closePurchaseOrder(work, { purchaseOrder: order, reason: reason || undefined })
  },
  done: ({ code, status }) => `${code} is ${status}.`,
})
