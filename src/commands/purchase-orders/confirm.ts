import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { orderArgument, orderInput } from './order.ts'

export const confirm = defineChange({
  name: 'confirm',
  description: 'Confirm that the factory will deliver, if it did not say so by WhatsApp.',
  args: [orderArgument],
  options: [{ flags: '--shipped', description: 'the goods are already on the way' }],
  input: z.object({ ...orderInput, shipped: z.boolean().default(false) }),
  examples: ['laku purchase-orders confirm PO-261125-7K3QX2 --reason "called them"'],
  change: async (work, { order, shipped }) => {
    const { confirmPurchaseOrder } = await import('../../domain/warehouse/index.ts')
    return await confirmPurchaseOrder(work, { purchaseOrder: order, shipped })
  },
  done: ({ code, status }) => `${code} is ${status}.`,
})
