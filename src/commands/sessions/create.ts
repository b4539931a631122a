import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { requireInstant } from '../../cli/output/times.ts'
import type { NewTier } from '../../domain/group-buying/index.ts'

const units = z
  .string()
  .regex(/^\d{1,7}$/, 'it takes a whole number')
  .transform(Number)

const TIER = 'it takes units=price, like 10=45000, 10=-5000, 10=-10% or 10=SKU-1:45000,SKU-2:52000'

/**
 * A price tier as people type it: the minimum units, `=`, and the price. `10=45000` is one price for all
 * variants. `10=-5000` and `10=-10%` are discounts on each variant's shelf price.
 * `10=SKU-1:45000,SKU-2:52000` gives each variant its own price.
 */
const tier = z
  .string()
  .regex(/^\d{1,7}=(\d{1,10}|-[1-9]\d{0,9}|-[1-9]\d?%|[^\s:,=]+:\d{1,10}(,[^\s:,=]+:\d{1,10})*)$/, TIER)
  .transform((text) => {
    const at = text.indexOf('=')
    return { minUnits: Number(text.slice(0, at)), ...priceOf(text.slice(at + 1)) }
  })

function priceOf(text: string): Omit<NewTier, 'minUnits'> {
  if (text.endsWith('%')) return { offPercent: Number(text.slice(1, -1)) }
  if (text.startsWith('-')) return { offIdr: Number(text.slice(1)) }
  if (!text.includes(':')) return { unitPriceIdr: Number(text) }
  const variantPrices = text.split(',').map((name) => {
    const at = name.lastIndexOf(':')
    return { variant: name.slice(0, at), unitPriceIdr: Number(name.slice(at + 1)) }
  })
  return { variantPrices }
}

export const create = defineChange({
  name: 'create',
  description: 'Create a session for a product. It opens now, unless you give --starts or --draft.',
  options: [
    { flags: '--product <product>', description: 'the UUID of the product' },
    { flags: '--moq <units>', description: 'the number of paid units that make the session a success' },
    {
      flags: '--tier <tier...>',
      description:
        'price tiers: units=price in rupiah, units=-5000 or units=-10% off the shelf price, or units=SKU:price for one variant; buyers pay the first tier when they join',
    },
    { flags: '--ends <time>', description: 'the end: ISO 8601, a date, or +3d from now' },
    { flags: '--starts <time>', description: 'the start (now)' },
    { flags: '--capacity <units>', description: 'the highest number of units of the session' },
    { flags: '--per-user-limit <units>', description: 'the highest number of units for one buyer' },
    {
      flags: '--close-policy <policy>',
      description: 'when the session closes: at its MOQ, or at its end or when the capacity is sold (at_moq)',
      choices: ['at_moq', 'at_deadline'],
    },
    { flags: '--draft', description: 'keep it as a draft; laku sessions open opens it' },
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
