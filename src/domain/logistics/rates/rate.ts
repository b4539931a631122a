import type { Rupiah } from '../../kernel/index.ts'

export interface CourierChoice {
  company: string
  type: string
}

/** The price that a courier would charge, and the source that we know it from. */
export interface Rate extends CourierChoice {
  /** The name people know it by: `Reguler`. */
  service: string
  priceIdr: Rupiah
  duration: string
  source: 'cache' | 'courier' | 'zone'
  /**
   * Set if no courier quoted this exact weight: the price comes from the zone table or a weight class. The
   * price is trued up later (ADR 0077).
   */
  isEstimate?: true
}

/** The facts that a shipping fee depends on. */
export interface Parcel {
  originPostalCode: string
  destinationPostalCode: string
  weightG: number
  /** The requested courier; the cheapest if omitted. */
  courier?: CourierChoice | undefined
}

/** Couriers charge every started kilogram, and one at least. */
export function startedKg(weightG: number): number {
  return Math.max(1, Math.ceil(weightG / 1000))
}

/**
 * The weight (whole kg) that a quote is asked and kept for: every started kilogram up to 20, then in steps of
 * a tenth at most. So a place has some 80 quotes and not 429, and nobody fills the table, or asks a courier
 * again, by a piece more. The parcel is never above it.
 */
export function weightClassKg(weightG: number): number {
  const kg = startedKg(weightG)
  const step = kg <= 20 ? 1 : kg <= 50 ? 2 : kg <= 100 ? 5 : 10
  return Math.ceil(kg / step) * step
}

/** How a courier's price for a weight class is held for a parcel of it. */
export const estimateOf = (weightG: number): { isEstimate?: true } =>
  weightClassKg(weightG) === startedKg(weightG) ? {} : { isEstimate: true }

export const cheapestFirst = (a: Rate, b: Rate) =>
  a.priceIdr - b.priceIdr || (`${a.company} ${a.type}` < `${b.company} ${b.type}` ? -1 : 1)
