import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { incomingPurchaseOrderStates, openPurchaseOrderStates } from '../transitions.ts'
import { mayReorder, type ReorderLine, reorder } from './reorder-rules.ts'

const line = (variantId: string, missing: number, mayExceed: number, wholesaleUnit = 12): ReorderLine => ({
  variantId,
  missing,
  mayExceed,
  wholesaleUnit,
})

describe('what is ordered', () => {
  it('is whole bundles, filled by several variants', () => {
    expect(reorder([line('m', 7, 0), line('l', 5, 0)])).toEqual({
      lines: [
        { variantId: 'm', quantity: 7 },
        { variantId: 'l', quantity: 5 },
      ],
      left: [],
    })
  })

  it('fills the last bundle with what sells most, within the limits, and then with others', () => {
    expect(reorder([line('m', 5, 4), line('l', 0, 6)])).toEqual({
      lines: [
        { variantId: 'm', quantity: 9 },
        { variantId: 'l', quantity: 3 },
      ],
      left: [],
    })
  })

  it('leaves out a bundle that brings more than the limits take, and says what is left', () => {
    expect(reorder([line('m', 14, 3), line('l', 2, 2)])).toEqual({
      lines: [{ variantId: 'm', quantity: 12 }],
      left: [
        { variantId: 'm', quantity: 2 },
        { variantId: 'l', quantity: 2 },
      ],
    })
    expect(reorder([line('m', 5, 6)])).toEqual({ lines: [], left: [{ variantId: 'm', quantity: 5 }] })
  })

  it('is nothing where nothing is short, and keeps bundles of other sizes apart', () => {
    expect(reorder([line('m', 0, 50)])).toEqual({ lines: [], left: [] })
    expect(reorder([line('m', 1, 1, 2), line('l', 1, 2, 3)]).lines).toEqual([
      { variantId: 'm', quantity: 2 },
      { variantId: 'l', quantity: 3 },
    ])
  })

  const demands = fc
    .array(
      fc.record({
        missing: fc.nat(60),
        mayExceed: fc.nat(30),
        wholesaleUnit: fc.constantFrom(1, 2, 5, 12),
      }),
      { maxLength: 6 },
    )
    .map((all) => all.map((item, i) => ({ ...item, variantId: `v${i}` })))

  it('is never less than what is short unless the limits forbid it, and never exceeds them', () => {
    fc.assert(
      fc.property(demands, (lines) => {
        const { lines: called, left } = reorder(lines)
        const [got, rest] = [called, left].map((all) => new Map(all.map((l) => [l.variantId, l.quantity])))
        for (const { variantId, missing, mayExceed } of lines) {
          const quantity = got!.get(variantId) ?? 0
          expect(quantity + (rest!.get(variantId) ?? 0)).toBeGreaterThanOrEqual(missing)
          expect(quantity).toBeLessThanOrEqual(missing + mayExceed)
        }
        for (const [unit, group] of Map.groupBy(lines, (line) => line.wholesaleUnit)) {
          const total = (of: (reorderLine: ReorderLine) => number) =>
            group.reduce((n, line) => n + of(line), 0)
          const pieces = total((reorderLine) => got!.get(reorderLine.variantId) ?? 0)
          const missing = total((reorderLine) => reorderLine.missing)
          const needed = Math.ceil(missing / unit) * unit
          const possible = needed - missing <= total((reorderLine) => reorderLine.mayExceed)
          expect(pieces).toBe(possible ? needed : needed - unit)
          expect(total((reorderLine) => rest!.get(reorderLine.variantId) ?? 0)).toBe(
            possible ? 0 : missing - pieces,
          )
        }
      }),
    )
  })
})

describe('a further purchase order', () => {
  it('follows by itself on one that came whole, after one that a person ended only when staff ask', () => {
    const last = (status: 'received' | 'closed' | 'cancelled', complete = false) => ({ status, complete })
    expect(mayReorder(undefined, false)).toBe(true)
    expect(mayReorder(last('received', true), false)).toBe(true)
    expect(mayReorder(last('closed', true), false)).toBe(true)
    expect(mayReorder(last('closed'), false)).toBe(false)
    expect(mayReorder(last('cancelled'), false)).toBe(false)
    expect(mayReorder(last('cancelled'), true)).toBe(true)
  })
})

it('a purchase order is open until it is received, closed or cancelled, and on the way once it is sent', () => {
  expect(openPurchaseOrderStates).toEqual(['draft', 'sent', 'confirmed', 'shipped', 'partially_received'])
  expect(incomingPurchaseOrderStates).toEqual(openPurchaseOrderStates.slice(1))
})
