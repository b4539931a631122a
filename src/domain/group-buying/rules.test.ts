import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { finalTier, rebateOf, sortedTiers } from './lifecycle/final-price.ts'
import { verdict } from './lifecycle/moq.ts'
import { admit, coveredInTurn, freeUnits, mayLeavePaid } from './rules.ts'

const tiers = [
  { minUnits: 10, unitPriceIdr: 40_000 },
  { minUnits: 1, unitPriceIdr: 50_000 },
  { minUnits: 20, unitPriceIdr: 35_000 },
]
const count = { closePolicy: 'at_moq', moq: 10, capacity: 30, paidUnits: 0, heldUnits: 0 } as const
const now = new Date('2026-11-24T05:00:00Z')
const later = new Date('2026-11-24T06:00:00Z')

describe('tiers', () => {
  it('are sorted by units, and everybody pays the first price', () => {
    expect(sortedTiers(tiers).map((tier) => tier.minUnits)).toEqual([1, 10, 20])
    expect(finalTier(tiers, 0).unitPriceIdr).toBe(50_000)
  })

  it.each([
    [0, 50_000],
    [9, 50_000],
    [10, 40_000],
    [19, 40_000],
    [20, 35_000],
    [1_000, 35_000],
  ])('%i paid units cost %i each', (units, price) => {
    expect(finalTier(tiers, units).unitPriceIdr).toBe(price)
  })

  it('cost the first price below the first tier', () => {
    expect(finalTier([{ minUnits: 5, unitPriceIdr: 9_000 }], 3).unitPriceIdr).toBe(9_000)
  })

  it.each([
    [[]],
    [
      [
        { minUnits: 1, unitPriceIdr: 5 },
        { minUnits: 2, unitPriceIdr: 6 },
      ],
    ],
    [
      [
        { minUnits: 1, unitPriceIdr: 5 },
        { minUnits: 1, unitPriceIdr: 4 },
      ],
    ],
  ])('are refused where a price rises, or the units do not: %j', (bad) => {
    expect(() => sortedTiers(bad)).toThrow('a lower price than the tier before it')
  })

  it('give back the difference to the final price', () => {
    const line = { quantity: 3, paidUnitPriceIdr: 50_000, unitPriceIdr: 40_000 }
    expect(rebateOf([line])).toBe(30_000)
    expect(rebateOf([line, { quantity: 2, paidUnitPriceIdr: 9_000, unitPriceIdr: 8_500 }])).toBe(31_000)
    expect(rebateOf([{ ...line, unitPriceIdr: 50_000 }])).toBe(0)
  })
})

describe('the verdict on a forming session', () => {
  it.each([
    ['at_moq', 9, later, 'wait'],
    ['at_moq', 10, later, 'close'],
    ['at_moq', 9, now, 'fail'],
    ['at_moq', 10, now, 'close'],
    ['at_deadline', 10, later, 'wait'],
    ['at_deadline', 30, later, 'close'],
    ['at_deadline', 10, now, 'close'],
    ['at_deadline', 9, now, 'fail'],
  ] as const)('%s with %i of 10 paid: %s', (closePolicy, paidUnits, endsAt, expected) => {
    expect(verdict({ ...count, closePolicy, paidUnits, endsAt }, now)).toBe(expected)
  })

  it('counts paid units, never holds', () => {
    expect(verdict({ ...count, heldUnits: 30, endsAt: later }, now)).toBe('wait')
    expect(verdict({ ...count, heldUnits: 30, endsAt: now }, now)).toBe('fail')
  })

  it('lets a paid place go only while the group lacks units', () => {
    expect(mayLeavePaid({ ...count, paidUnits: 9 })).toBe(true)
    expect(mayLeavePaid({ ...count, paidUnits: 10 })).toBe(false)
  })
})

describe('room', () => {
  it('is the capacity less what is paid and held, and endless without one', () => {
    expect(freeUnits({ ...count, paidUnits: 3, heldUnits: 4 })).toBe(23)
    expect(freeUnits({ ...count, capacity: null })).toBe(Number.POSITIVE_INFINITY)
  })

  it('goes to the first who fit; one who wants too much does not keep the next out', () => {
    const [a, b, c, d] = [{ units: 2 }, { units: 5 }, { units: 1 }, { units: 1 }]
    expect(admit([a, b, c, d], 3)).toEqual({ admitted: [a, c], refused: [b, d] })
  })

  it('is never exceeded and never left to nobody who fits', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 })), fc.nat(40), (wanted, free) => {
        const { admitted, refused } = admit(
          wanted.map((units) => ({ units })),
          free,
        )
        const taken = admitted.reduce((sum, row) => sum + row.units, 0)
        expect(taken).toBeLessThanOrEqual(free)
        expect(admitted.length + refused.length).toBe(wanted.length)
        // The free units only decrease, so a refused join does not fit into the remaining units either.
        for (const row of refused) expect(row.units).toBeGreaterThan(free - taken)
      }),
    )
  })
})

describe('who is served from a delivery', () => {
  const one = (...lines: [variantId: string, quantity: number][]) => ({
    lines: lines.map(([variantId, quantity]) => ({ variantId, quantity })),
  })

  it('nobody passes somebody who paid before them and needs the same', () => {
    const queue = [one(['m', 2], ['l', 1]), one(['m', 1]), one(['s', 1]), one(['m', 1])]
    const served = (stock: [string, number][]) =>
      coveredInTurn(queue, new Map(stock)).map((buyer) => queue.indexOf(buyer))
    expect(served([['m', 3]])).toEqual([1])
    expect(served([['m', 2]])).toEqual([])
    expect(served([['s', 1]])).toEqual([2])
    expect(
      served([
        ['m', 4],
        ['l', 1],
        ['s', 1],
      ]),
    ).toEqual([0, 1, 2, 3])
  })

  const line = fc.tuple(fc.constantFrom('s', 'm', 'l'), fc.integer({ min: 1, max: 4 }))
  const queues = fc.array(
    fc.uniqueArray(line, { minLength: 1, maxLength: 3, selector: ([variantId]) => variantId }),
    { maxLength: 12 },
  )
  const stocks = fc.record({ s: fc.nat(20), m: fc.nat(20), l: fc.nat(20) })

  it('never gives out more than is there, and serves one exactly when all before them and they fit', () => {
    fc.assert(
      fc.property(queues, stocks, (buyers, stock) => {
        const queue = buyers.map((lines) => one(...lines))
        const served = new Set(coveredInTurn(queue, new Map(Object.entries(stock))))
        const needed = { s: 0, m: 0, l: 0 }
        const given = { s: 0, m: 0, l: 0 }
        for (const buyer of queue) {
          for (const { variantId, quantity } of buyer.lines) needed[variantId as 's'] += quantity
          const fits = buyer.lines.every(
            ({ variantId }) => needed[variantId as 's'] <= stock[variantId as 's'],
          )
          expect(served.has(buyer)).toBe(fits)
          if (fits) for (const { variantId, quantity } of buyer.lines) given[variantId as 's'] += quantity
        }
        for (const variantId of ['s', 'm', 'l'] as const)
          expect(given[variantId]).toBeLessThanOrEqual(stock[variantId])
      }),
    )
  })
})
