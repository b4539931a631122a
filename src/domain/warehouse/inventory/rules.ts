import { warehouseErrors } from '../errors.ts'
import type { Stock } from './lock.ts'

export interface StockLine {
  variantId: string
  quantity: number
}

export interface StockDemand {
  subjectKind: 'session' | 'order'
  subjectId: string
  lines: StockLine[]
}

export interface Shortage {
  subjectId: string
  variantId: string
  /**
   * The number of pieces that the session or order lacks, after earlier sessions and orders got their pieces.
   */
  missing: number
}

export interface Allocation {
  /** The demands of sessions and orders that get their pieces now, each with the pieces to reserve for it. */
  granted: { demand: StockDemand; needs: StockLine[] }[]
  short: Shortage[]
}

export const sum = (numbers: readonly number[]): number =>
  numbers.reduce((total, number) => total + number, 0)

/**
 * Returns the quantity of each variant: the quantities of equal variants are added up.
 * @throws warehouse.invalid_quantity
 */
export function totalsOf(lines: readonly StockLine[]): Map<string, number> {
  const totals = new Map<string, number>()
  for (const { variantId, quantity } of lines) {
    if (!Number.isSafeInteger(quantity) || quantity < 1) {
      throw warehouseErrors.invalid_quantity({ variantId, quantity })
    }
    totals.set(variantId, (totals.get(variantId) ?? 0) + quantity)
  }
  return totals
}

/**
 * Divides the unreserved stock among sessions and orders, in the given sequence. Each session or order gets
 * all its pieces, or none. `held` tells how many pieces are already reserved for each, by `reservationKey`.
 * Only the missing pieces are taken from the stock.
 */
export function allocate(
  demands: readonly StockDemand[],
  stock: ReadonlyMap<string, Stock>,
  held: ReadonlyMap<string, number>,
): Allocation {
  const free = new Map([...stock].map(([variantId, row]) => [variantId, row.onHand - row.reserved]))
  const granted: Allocation['granted'] = []
  const short: Shortage[] = []
  for (const demand of demands) {
    const needs = [...totalsOf(demand.lines)].flatMap(([variantId, quantity]) => {
      const rest = quantity - (held.get(reservationKey(demand.subjectId, variantId)) ?? 0)
      return rest > 0 ? [{ variantId, quantity: rest }] : []
    })
    const lacking = needs.flatMap(({ variantId, quantity }) => {
      const missing = quantity - (free.get(variantId) ?? 0)
      return missing > 0 ? [{ subjectId: demand.subjectId, variantId, missing }] : []
    })
    short.push(...lacking)
    if (lacking.length > 0) continue
    for (const { variantId, quantity } of needs) free.set(variantId, (free.get(variantId) ?? 0) - quantity)
    granted.push({ demand, needs })
  }
  return { granted, short }
}

export const reservationKey = (subjectId: string, variantId: string) => `${subjectId} ${variantId}`
