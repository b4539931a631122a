import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { receivedLine, withVariantIds } from './lines.ts'
import { orderArgument, orderInput } from './order.ts'

export const receive = defineChange({
  name: 'receive',
  description:
    'Record the goods of one delivery of a purchase order. Damaged pieces are written off, and the factory still owes them.',
  args: [orderArgument],
  options: [
    { flags: '--line <line...>', description: 'the counts, each as SKU=good[,damaged]' },
    { flags: '--all', description: 'everything that is owed came, and is good' },
    {
      flags: '--delivery-note <number>',
      description: 'the number on the delivery note; each note is counted only once',
    },
  ],
  input: z
    .object({
      ...orderInput,
      line: z.array(receivedLine).default([]),
      all: z.boolean().default(false),
      deliveryNote: z.string().min(1).max(200).optional(),
    })
    .refine(({ line, all }) => all !== line.length > 0, { path: ['line'], error: 'give --line or --all' }),
  examples: [
    'laku purchase-orders receive PO-261125-7K3QX2 --line KAOS-HITAM-M=22,2 --delivery-note SJ-0817',
    'laku purchase-orders receive PO-261125-7K3QX2 --all',
  ],
  change: async (work, { order, line, all, deliveryNote }) => {
    const { purchaseOrder, receivePurchaseOrder } = await import('../../domain/warehouse/index.ts')
    const owed = async () =>
      (await purchaseOrder(work.tx, order)).items.map(({ variantId, quantity, received }) => ({
        variantId,
        good: quantity - received,
        damaged: 0,
      }))
    const lines = all ? await owed() : await withVariantIds(work.tx, line)
    return await receivePurchaseOrder(work, { purchaseOrder: order, lines, deliveryNote })
  },
  done: ({ code, status, items }) => {
    const owed = items.reduce((sum, item) => sum + item.quantity - item.received, 0)
    return `${code} is ${status}${owed > 0 ? `; ${owed} pieces are still owed` : ''}.`
  },
})
