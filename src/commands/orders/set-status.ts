import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { statesByHand } from '../../domain/order/transitions.ts'
import { callingOff, given, orderArgument, orderDone, orderInput } from './order.ts'

export const setStatus = defineChange({
  name: 'set-status',
  description: 'Change the status of an order by hand: where its parcel is, or how the order ends.',
  args: [orderArgument, { name: 'status', description: `the new status: ${statesByHand.join(', ')}` }],
  input: z.object({ ...orderInput, status: z.enum(statesByHand) }),
  examples: [
    'laku orders set-status ORD-261123-7K3QX2M4TA picked_up',
    'laku orders set-status ORD-261123-7K3QX2M4TA refunded --reason "came back, the buyer moved"',
  ],
  outside: callingOff,
  change: async (work, { order, status }, reason) => {
    const { setOrderStatus } = await import('../../domain/order/index.ts')
    return await setOrderStatus(work, { order, status, reason: given(reason) })
  },
  done: orderDone,
})
