import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { callingOff, given, orderArgument, orderDone, orderInput } from './order.ts'

export const cancel = defineChange({
  name: 'cancel',
  description:
    'Cancel an order that was not sent yet. A booked courier is cancelled first, and the paid money goes back.',
  args: [orderArgument],
  input: z.object(orderInput),
  examples: ['laku orders cancel ORD-261123-7K3QX2M4TA --reason "the buyer asked on the phone"'],
  needsReason: true,
  outside: callingOff,
  change: async (work, { order }, reason) => {
    const { cancelOrder } = await import('../../domain/order/index.ts')
    return await cancelOrder(work, { order, reason: given(reason) })
  },
  done: orderDone,
})
