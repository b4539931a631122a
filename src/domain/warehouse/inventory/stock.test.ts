import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, openTestLaku, system, type TestLaku } from '../../../../test/laku.ts'
import { Market } from '../../../../test/market.ts'
import { refusal } from '../../../../test/storefront.ts'
import { newId, runChecks } from '../../kernel/index.ts'
import {
  adjustStock,
  handOverReservation,
  listStock,
  releaseStock,
  reserveStock,
  type StockLine,
  showStock,
  warehouseChecks,
} from '../index.ts'

let laku: TestLaku
let market: Market

beforeAll(async () => {
  laku = await openTestLaku({
    watched: true,
    choreography: { 'stock.added': {}, 'stock.reserved': {} },
    jobs: [],
  })
})
afterAll(() => laku.close())

async function freshMarket(onHand: number): Promise<[first: string, second: string]> {
  market = await Market.open(laku)
  const variants: [string, string] = [market.variantId, market.otherVariantId]
  if (onHand > 0) for (const variantId of variants) await market.addStock(onHand, variantId)
  return variants
}

const reserve = (subjectId: string, lines: StockLine[]) =>
  laku.system((work) => reserveStock(work, [{ subjectKind: 'order', subjectId, lines }]))
const release = (...subjectIds: string[]) => laku.system((work) => releaseStock(work, subjectIds))
const see = (variantId: string) => laku.system((work) => showStock(work.tx, variantId))

async function expectAllTrue(): Promise<void> {
  const results = await laku.system((work) => runChecks(warehouseChecks, work.tx, work.vault))
  expect(results.filter((result) => !result.ok)).toEqual([])
}

describe('stock', () => {
  it('is reserved whole or not at all, and says what is missing', async () => {
    const [first, second] = await freshMarket(3)
    const order = newId()
    const lines = [
      { variantId: first, quantity: 2 },
      { variantId: second, quantity: 5 },
    ]
    expect(await reserve(order, lines)).toEqual({
      reserved: [],
      short: [{ subjectId: order, variantId: second, missing: 2 }],
    })
    expect(await see(first)).toMatchObject({ onHand: 3, reserved: 0, free: 3 })
    await market.addStock(2, second)
    expect(await reserve(order, lines)).toEqual({ reserved: [order], short: [] })
    expect(await reserve(order, lines)).toEqual({ reserved: [order], short: [] })
    expect(await see(second)).toMatchObject({ onHand: 5, reserved: 5, free: 0 })
    await expectAllTrue()
  })

  it('of a variant that nothing ever came in of is none', async () => {
    const [first] = await freshMarket(0)
    const order = newId()
    const { short } = await reserve(order, [{ variantId: first, quantity: 4 }])
    expect(short).toEqual([{ subjectId: order, variantId: first, missing: 4 }])
    expect(await see(first)).toMatchObject({ onHand: 0, reserved: 0, free: 0, movements: [] })
  })

  it('goes to the first of several demands, and equal variants count together', async () => {
    const [first] = await freshMarket(3)
    const [early, late] = [newId(), newId()]
    const demand = (subjectId: string, ...quantities: number[]) => ({
      subjectKind: 'session' as const,
      subjectId,
      lines: quantities.map((quantity) => ({ variantId: first, quantity })),
    })
    const outcome = await laku.system((work) => reserveStock(work, [demand(early, 1, 1), demand(late, 2)]))
    expect(outcome).toEqual({
      reserved: [early],
      short: [{ subjectId: late, variantId: first, missing: 1 }],
    })
  })

  it('takes the rest where a demand grew, and a release gives all of it back once', async () => {
    const [first] = await freshMarket(5)
    const order = newId()
    await reserve(order, [{ variantId: first, quantity: 2 }])
    await reserve(order, [{ variantId: first, quantity: 5 }])
    expect(await see(first)).toMatchObject({ reserved: 5, reservations: [{ subjectId: order, quantity: 5 }] })
    await release(order)
    await release(order)
    expect(await see(first)).toMatchObject({ onHand: 5, reserved: 0, reservations: [] })
    await expectAllTrue()
  })

  it('of a session passes to its orders without moving, in part too, and never more than there is', async () => {
    const [first] = await freshMarket(5)
    const [sessionId, a, b] = [newId(), newId(), newId()]
    await laku.system((work) =>
      reserveStock(work, [
        { subjectKind: 'session', subjectId: sessionId, lines: [{ variantId: first, quantity: 5 }] },
      ]),
    )
    const handOver = (quantity: number) =>
      laku.system((work) =>
        handOverReservation(work, {
          sessionId,
          orders: [
            { orderId: a, lines: [{ variantId: first, quantity: 2 }] },
            { orderId: b, lines: [{ variantId: first, quantity }] },
          ],
        }),
      )
    expect(await refusal(handOver(4))).toBe('warehouse.reservation_mismatch')
    await handOver(3)
    const { reservations, reserved } = await see(first)
    expect(reservations.map((reservation) => [reservation.subjectId, reservation.quantity])).toEqual(
      expect.arrayContaining([
        [a, 2],
        [b, 3],
      ]),
    )
    expect(reserved).toBe(5)
    await release(a)
    expect(await see(first)).toMatchObject({ reserved: 3, free: 2 })
    await expectAllTrue()
  })

  it('is corrected by the warehouse, never below what is reserved', async () => {
    const [first] = await freshMarket(5)
    await reserve(newId(), [{ variantId: first, quantity: 4 }])
    const adjust = (change: number, actor = admin) =>
      laku.as(actor, (work) => adjustStock(work, { variantId: first, change, reason: 'count' }))
    await expect(adjust(-2)).rejects.toMatchObject({
      code: 'warehouse.below_reserved',
      details: { onHand: 5, reserved: 4, free: 1, change: -2 },
    })
    expect(await adjust(-1)).toMatchObject({ onHand: 4, reserved: 4, free: 0 })
    expect(await refusal(adjust(0))).toBe('warehouse.invalid_quantity')
    expect(await refusal(adjust(1, { kind: 'customer', id: newId() }))).toBe('kernel.forbidden')
    const unknown = { variantId: newId(), change: 1, reason: 'count' }
    expect(await refusal(laku.as(admin, (work) => adjustStock(work, unknown)))).toBe(
      'warehouse.variant_not_found',
    )
    await expectAllTrue()
  })

  it('is listed by keyset pages, variants without a row too', async () => {
    const [first, second] = await freshMarket(0)
    await market.addStock(7, first)
    const filter = { productId: market.productId, limit: 1 }
    const { page, next } = await laku.system(async ({ tx }) => {
      const page = await listStock(tx, filter)
      return { page, next: await listStock(tx, { ...filter, cursor: page.nextCursor ?? undefined }) }
    })
    const all = [...page.data, ...next.data]
    expect(new Map(all.map((row) => [row.variantId, row.free]))).toEqual(
      new Map([
        [first, 7],
        [second, 0],
      ]),
    )
    expect(next.nextCursor).toBeNull()
  })

  it('has one winner for its last piece, whatever the race', async () => {
    const [first, second] = await freshMarket(0)
    for (let round = 0; round < 15; round++) {
      await market.addStock(1, first)
      await market.addStock(1, second)
      const lines = [first, second].map((variantId) => ({ variantId, quantity: 1 }))
      // Half of the requests name the variants in the opposite order. Locks are taken in sorted order, so no
      // deadlock occurs.
      const asked = Array.from({ length: 6 }, (_, i) =>
        reserve(newId(), i % 2 === 0 ? lines : lines.toReversed()),
      )
      const outcomes = await Promise.all(asked)
      expect(outcomes.filter((outcome) => outcome.reserved.length === 1)).toHaveLength(1)
      expect(await see(first)).toMatchObject({ onHand: round + 1, reserved: round + 1 })
    }
    await expectAllTrue()
  })
})

type Step =
  | { kind: 'reserve'; subject: number; quantities: [number, number] }
  | { kind: 'release'; subject: number }
  | { kind: 'adjust'; variant: 0 | 1; change: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('reserve' as const),
    subject: fc.nat(4),
    quantities: fc.tuple(fc.nat(6), fc.nat(6)),
  }),
  fc.record({ kind: fc.constant('release' as const), subject: fc.nat(4) }),
  fc.record({
    kind: fc.constant('adjust' as const),
    variant: fc.constantFrom(0 as const, 1 as const),
    change: fc.integer({ min: -8, max: 10 }).filter((change) => change !== 0),
  }),
)

/** The expected stock, computed in the simplest way. */
class Model {
  onHand: [number, number] = [0, 0]
  held = Array.from({ length: 5 }, (): [number, number] => [0, 0])

  reserved(variant: 0 | 1): number {
    return this.held.reduce((sum, row) => sum + row[variant], 0)
  }

  apply(taken: Step): void {
    if (taken.kind === 'release') this.held[taken.subject] = [0, 0]
    if (taken.kind === 'adjust') {
      const after = this.onHand[taken.variant] + taken.change
      if (after >= this.reserved(taken.variant)) this.onHand[taken.variant] = after
    }
    if (taken.kind === 'reserve') {
      const held = this.held[taken.subject] as [number, number]
      const needs = ([0, 1] as const).map((v) => Math.max(0, taken.quantities[v] - held[v])) as [
        number,
        number,
      ]
      const fits = ([0, 1] as const).every((v) => needs[v] <= this.onHand[v] - this.reserved(v))
      if (fits) this.held[taken.subject] = [held[0] + needs[0], held[1] + needs[1]]
    }
  }
}

describe('any history of stock', () => {
  it('keeps every count', async () => {
    const history = fc.array(step, { minLength: 1, maxLength: 25 })
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const variants = await freshMarket(0)
        const subjects = Array.from({ length: 5 }, newId)
        const model = new Model()
        for (const taken of steps) {
          await run(taken, variants, subjects)
          model.apply(taken)
        }
        for (const variant of [0, 1] as const) {
          const { onHand, reserved } = await see(variants[variant])
          expect({ onHand, reserved }).toEqual({
            onHand: model.onHand[variant],
            reserved: model.reserved(variant),
          })
        }
        await expectAllTrue()
      }),
      { numRuns: 20 },
    )
  })
})

async function run(taken: Step, variants: [string, string], subjects: string[]): Promise<void> {
  if (taken.kind === 'release') return await release(subjects[taken.subject] as string)
  if (taken.kind === 'adjust') {
    const input = { variantId: variants[taken.variant], change: taken.change, reason: 'count' }
    const outcome = await refusal(laku.as(system, (work) => adjustStock(work, input)))
    expect(['ok', 'warehouse.below_reserved']).toContain(outcome)
    return
  }
  const lines = variants.flatMap((variantId, i) => {
    const quantity = taken.quantities[i] as number
    return quantity > 0 ? [{ variantId, quantity }] : []
  })
  await reserve(subjects[taken.subject] as string, lines)
}
