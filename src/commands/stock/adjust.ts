import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'

export const adjust = defineChange({
  name: 'adjust',
  description: 'Correct the stock of a variant, after a count or an unexpected delivery.',
  args: [
    { name: 'variant', description: 'the SKU or UUID of the variant' },
    { name: 'change', description: 'the number of pieces that came (24) or went (-3)' },
  ],
  input: z.object({
    variant: z.string(),
    change: z
      .string()
      .regex(/^[+-]?\d{1,9}$/, 'it takes a whole number, like 24 or -3')
      .transform(Number),
  }),
  examples: ['laku stock adjust KAOS-HITAM-M 24 --reason "delivery of 24 November"'],
  needsReason: true,
  change: async (work, { variant, change }, reason) => {
    const { adjustStock } = await import('../../domain/warehouse/index.ts')
    const { variantIdOf } = await import('./variant.ts')
    return await adjustStock(work, { variantId: await variantIdOf(work.tx, variant), change, reason })
  },
  done: ({ sku, onHand, reserved, free }) => `${sku}: ${onHand} on hand, ${reserved} reserved, ${free} free.`,
})
