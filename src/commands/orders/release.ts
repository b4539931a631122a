import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { given, orderArgument, orderDone, orderInput } from './order.ts'

export const release = defineChange({
  name: 'release',
  description: 'Release an order from its hold. Its stock is reserved if needed, and a courier is booked.',
  args: [orderArgument],
  input: z.object(orderInput),
  examples: ['laku orders release ORD-261123-7K3QX2M4TA'],
  change: async (work, { order }, reason) => {
    const { releaseOrder } = await import('../../domain/order/index.ts')
    return await releaseOrder(work, { order, reason: given(reason) })
  },
  done: orderDone,
})
