import { describe, expect, it } from 'vitest'
import { requireReachable } from '../rules.ts'
import { type NewTier, priceTiers } from './tier-prices.ts'

const variants = [
  { id: 'a', sku: 'TAS-S', priceIdr: 60_000 },
  { id: 'b', sku: 'TAS-L', priceIdr: 250_000 },
]
const pricesOf = (...tiers: NewTier[]) =>
  priceTiers(tiers, variants).map((tier) => Object.fromEntries(tier.prices))
const codeOf = (make: () => unknown) => {
  try {
    make()
  } catch (error) {
    return (error as { code: string }).code
  }
  return 'accepted'
}

describe('issue 11, case 13: prices of a session', () => {
  it('are given by variant, or as so much off the shelf price of each', () => {
    const own = [
      { variant: 'TAS-S', unitPriceIdr: 50_000 },
      { variant: 'b', unitPriceIdr: 210_000 },
    ]
    expect(
      pricesOf(
        { minUnits: 1, variantPrices: own },
        { minUnits: 5, offPercent: 20 },
        { minUnits: 9, offIdr: 13_000, variantPrices: [{ variant: 'TAS-L', unitPriceIdr: 190_000 }] },
      ),
    ).toEqual([
      { a: 50_000, b: 210_000 },
      { a: 48_000, b: 200_000 },
      { a: 47_000, b: 190_000 },
    ])
  })

  it('may fall for one variant alone, and name it by its SKU in any spelling', () => {
    const small = { variant: 'tas-s', unitPriceIdr: 50_000 }
    expect(
      pricesOf(
        { minUnits: 1, variantPrices: [small, { variant: 'TAS\u2011L', unitPriceIdr: 210_000 }] },
        { minUnits: 5, variantPrices: [small, { variant: 'B', unitPriceIdr: 190_000 }] },
      ),
    ).toEqual([
      { a: 50_000, b: 210_000 },
      { a: 50_000, b: 190_000 },
    ])
  })

  it.each<[string, NewTier[]]>([
    [
      'group_buying.invalid_tiers',
      [
        { minUnits: 1, offPercent: 20 },
        { minUnits: 2, offPercent: 20 },
      ],
    ],
    ['group_buying.variants_differ', [{ minUnits: 1, unitPriceIdr: 50_000 }]],
    [
      'group_buying.price_above_shelf',
      [
        {
          minUnits: 1,
          variantPrices: [
            { variant: 'a', unitPriceIdr: 60_001 },
            { variant: 'b', unitPriceIdr: 1 },
          ],
        },
      ],
    ],
    [
      'group_buying.variant_not_found',
      [{ minUnits: 1, offIdr: 1, variantPrices: [{ variant: 'TAS-XL', unitPriceIdr: 1 }] }],
    ],
    [
      'group_buying.invalid_tiers',
      [{ minUnits: 1, variantPrices: [{ variant: 'a', unitPriceIdr: 50_000 }] }],
    ],
    ['group_buying.invalid_tiers', [{ minUnits: 1, offIdr: 60_000 }]],
    ['group_buying.invalid_tiers', [{ minUnits: 1, offIdr: 5, offPercent: 5 }]],
    [
      'group_buying.invalid_tiers',
      [
        { minUnits: 1, offPercent: 20 },
        { minUnits: 2, offPercent: 10 },
      ],
    ],
    [
      'group_buying.invalid_tiers',
      [
        { minUnits: 1, offPercent: 20 },
        { minUnits: 2, offPercent: 25, variantPrices: [{ variant: 'b', unitPriceIdr: 201_000 }] },
      ],
    ],
    [
      'group_buying.invalid_tiers',
      [
        {
          minUnits: 1,
          offIdr: 1,
          variantPrices: [
            { variant: 'a', unitPriceIdr: 9 },
            { variant: 'TAS-S', unitPriceIdr: 8 },
          ],
        },
      ],
    ],
  ])('are refused with %s: %j', (code, tiers) => {
    expect(codeOf(() => priceTiers(tiers, variants))).toBe(code)
  })

  it('are refused where no sale can reach them', () => {
    const tiers = [{ minUnits: 1 }, { minUnits: 6 }]
    const at = (terms: Parameters<typeof requireReachable>[1]) => codeOf(() => requireReachable(tiers, terms))
    expect(at({ moq: 5 })).toBe('group_buying.tier_out_of_reach')
    expect(at({ moq: 6, closePolicy: 'at_moq' })).toBe('accepted')
    expect(at({ moq: 3, capacity: 5, closePolicy: 'at_deadline' })).toBe('group_buying.tier_out_of_reach')
    expect(at({ moq: 3, capacity: 6, closePolicy: 'at_deadline' })).toBe('accepted')
    expect(at({ moq: 3, closePolicy: 'at_deadline' })).toBe('accepted')
  })
})
