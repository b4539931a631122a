import type { Rupiah } from '../../kernel/index.ts'

export interface CourierChoice {
  company: string
  type: string
}

/** The price that a courier would charge, and the source of that price. */
export interface Rate extends CourierChoice {
  /** The name of the service as people know it: `Reguler`. */
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

/** The facts about a parcel that determine its shipping fee. */
export interface Parcel {
  originPostalCode: string
  destinationPostalCode: string
  weightG: number
  /** The requested courier; the cheapest if omitted. */
  courier?: CourierChoice | undefined
}

/** Returns the weight that couriers charge: every started kilogram, and one kilogram at least. */
export function startedKg(weightG: number): number {
  return Math.max(1, Math.ceil(weightG / 1000))
}

/**
 * Returns the weight class (in whole kg) for which a quote is requested and stored: every started kilogram up
 * to 20, then steps of a tenth at most. So a place has some 80 quotes and not 429, and one more piece neither
 * fills the table nor causes another request to a courier. A parcel is never heavier than its class.
 */
export function weightClassKg(weightG: number): number {
  const kg = startedKg(weightG)
  const step = kg <= 20 ? 1 : kg <= 50 ? 2 : kg <= 100 ? 5 : 10
  return Math.ceil(kg / step) * step
}

/** Returns whether a courier's price for the weight class is only an estimate for a parcel of this weight. */
export const estimateOf = (weightG: number): { isEstimate?: true } =>
  weightClassKg(weightG) === startedKg(weightG) ? {} : { isEstimate: true }

export const cheapestFirst = (a: Rate, b: Rate) =>
  a.priceIdr - b.priceIdr || (`${a.company} ${a.type}` < `${b.company} ${b.type}` ? -1 : 1)
