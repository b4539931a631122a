import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { orderArgument, orderDone, orderInput } from './order.ts'

export const hold = defineChange({
  name: 'hold',
  description: 'Hold a paid order back before its courier is booked, for a reason that is kept with it.',
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
