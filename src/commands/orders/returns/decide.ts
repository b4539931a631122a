import { z } from 'zod'
import { defineChange } from '../../../cli/define/command.ts'
import { formatIdr } from '../../../domain/kernel/index.ts'
import { given } from '../order.ts'

const args = [{ name: 'return', description: 'the UUID of the return, or the code of its order' }]
const input = { return: z.string().min(1) }

export const accept = defineChange({
  name: 'accept',
  description:
    'Accept a return after its goods came back and were inspected. The goods go into stock, and the buyer gets the price back.',
  args,
  options: [
    {
      flags: '--write-off <items>',
      description: 'SKUs (or UUIDs of order items) that cannot be sold again, separated by commas',
    },
  ],
  input: z.object({
    ...input,
    writeOff: z
      .string()
      .transform((text) => text.split(',').map((name) => name.trim()))
      .optional(),
  }),
  examples: ['laku orders returns accept ORD-261123-7K3QX2M4TA --write-off KAOS-HITAM-M'],
  change: async (work, { return: named, writeOff }, reason) => {
    const { acceptReturn } = await import('../../../domain/order/index.ts')
    return await acceptReturn(work, { return: named, writtenOff: writeOff, note: given(reason) })
  },
  done: ({ order, refundIdr }) =>
    `The return of ${order.code} is accepted; ${formatIdr(refundIdr ?? 0)} go back.`,
})

export const refuse = defineChange({
  name: 'refuse',
  description: 'Refuse a return. The buyer may read the reason.',
  args,
  input: z.object(input),
  examples: ['laku orders returns refuse ORD-261123-7K3QX2M4TA --reason "worn and washed"'],
  needsReason: true,
  change: async (work, { return: named }, reason) => {
    const { refuseReturn } = await import('../../../domain/order/index.ts')
    return await refuseReturn(work, { return: named, reason })
  },
  done: ({ order }) => `The return of ${order.code} is refused; the order stays delivered.`,
})
