import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { orderArgument, orderInput } from './order.ts'

export const cancel = defineChange({
  name: 'cancel',
  description: 'Cancel a purchase order of which nothing has arrived. Tell the factory yourself.',
  args: [orderArgument],
  input: z.object(orderInput),
  examples: ['laku purchase-orders cancel PO-261125-7K3QX2 --reason "the factory is out of cotton"'],
  needsReason: true,
  change: async (work, { order }, reason) => {
    const { cancelPurchaseOrder } = await import('../../domain/warehouse/index.ts')
    return await cancelPurchaseOrder(work, { purchaseOrder: order, reason })
  },
  done: ({ code, status }) => `${code} is ${status}.`,
})
