import { z } from 'zod'
import { defineChange } from '../define-command.ts'
import { requireInstant } from '../times.ts'

const units = z
  .string()
  .regex(/^\d{1,7}$/, 'it takes a whole number')
  .transform(Number)

const tier = z
  .string()
  .regex(/^\d{1,7}=\d{1,10}$/, 'it takes units=price, like 10=45000')
  .transform((text) => {
    const [minUnits = 0, unitPriceIdr = 0] = text.split('=').map(Number)
    return { minUnits, unitPriceIdr }
  })

export const create = defineChange({
  name: 'create',
  description: 'Make a session of a product. It opens at once, unless it starts later or is a draft.',
  options: [
    { flags: '--product <product>', description: 'UUID of the product' },
    { flags: '--moq <units>', description: 'paid units that make it a success' },
    {
      flags: '--tier <tier...>',
      description: 'units=price in rupiah; the first is what everybody pays at the join',
    },
    { flags: '--ends <time>', description: 'when it ends: ISO 8601, a date, +3d from now' },
    { flags: '--starts <time>', description: 'when it opens (at once)' },
    { flags: '--capacity <units>', description: 'never more units than this' },
    { flags: '--per-user-limit <units>', description: 'never more units a buyer' },
    {
      flags: '--close-policy <policy>',
      description: 'at its MOQ, or at its end or capacity (at_moq)',
      choices: ['at_moq', 'at_deadline'],
    },
    { flags: '--draft', description: 'do not open it; laku sessions open does' },
  ],
  input: z.object({
    product: z.uuid('it takes the UUID of a product'),
    moq: units,
    tier: z.array(tier).min(1),
    ends: z.string('give its end'),
    starts: z.string().optional(),
    capacity: units.optional(),
    perUserLimit: units.optional(),
    closePolicy: z.enum(['at_moq', 'at_deadline']).optional(),
    draft: z.boolean().default(false),
  }),
  examples: [
    'laku sessions create --product 01990000-0000-7000-8000-000000000001 --moq 20 --tier 1=50000 50=45000 --ends +3d',
  ],
  change: async (work, { product, tier: tiers, ends, starts, draft, ...terms }) => {
    const { createSession } = await import('../../domain/group-buying/index.ts')
    return await createSession(work, {
      productId: product,
      tiers,
      endsAt: requireInstant(ends, '--ends', work.now),
      startsAt: starts === undefined ? undefined : requireInstant(starts, '--starts', work.now),
      status: draft ? 'draft' : undefined,
      ...terms,
    })
  },
  done: ({ code, status, moq }) => `${code} is made (${status}), with an MOQ of ${moq}.`,
})
