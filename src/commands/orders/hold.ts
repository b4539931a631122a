import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { orderArgument, orderDone, orderInput } from './order.ts'

export const hold = defineChange({
  name: 'hold',
  description: 'Put a paid order on hold before its courier is booked. The reason is kept with the order.',
  args: [orderArgument],
  input: z.object(orderInput),
  examples: ['laku orders hold ORD-261123-7K3QX2M4TA --reason "no house number"'],
  needsReason: true,
  change: async (work, { order }, reason) => {
    const { setOrderStatus } = await import('../../domain/order/index.ts')
    return await setOrderStatus(work, { order, status: 'on_hold', reason })
  },
  done: orderDone,
})
