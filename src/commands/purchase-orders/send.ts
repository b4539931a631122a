import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { orderArgument, orderInput } from './order.ts'

export const send = defineChange({
  name: 'send',
  description: 'Send a draft to the factory by WhatsApp, or send it again if its message failed.',
  args: [orderArgument],
  input: z.object(orderInput),
  examples: ['laku purchase-orders send PO-261125-7K3QX2'],
  change: async (work, { order }) => {
    const { sendPurchaseOrder } = await import('../../domain/warehouse/index.ts')
    return await sendPurchaseOrder(work, order)
  },
  done: ({ code, factory }) => `${code} will be sent to ${factory.name} by WhatsApp.`,
})
