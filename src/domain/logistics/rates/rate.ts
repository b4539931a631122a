import type { Rupiah } from '../../kernel/index.ts'

export interface CourierChoice {
  company: string
  type: string
}

/** The price that a courier charges for a parcel, and the source of that price. */
export interface Rate extends CourierChoice {
  /** The name of the courier's service as people know it: `Reguler`. */
  service: string
  priceIdr: Rupiah
  duration: string
  source: 'cache' | 'courier' | 'zone'
  /**
   * True if no courier quoted a price for exactly this weight. The price then comes from the zone table, or
   * from a weight class. The price is corrected once the courier names its own (ADR 0077).
   */
  isEstimate?: true
}

/** The facts about a parcel that determine its shipping fee. */
export interface Parcel {
  originPostalCode: string
  destinationPostalCode: string
  weightG: number
  /** The courier that the buyer requested; if omitted, the cheapest courier is chosen. */
  courier?: CourierChoice | undefined
}

/**
 * Returns the weight in kg for which couriers charge: every started kilogram counts, and at least one
 * kilogram.
 */
export function startedKg(weightG: number): number {
  return Math.max(1, Math.ceil(weightG / 1000))
}

/**
 * Returns the weight class (in whole kg) for which a quote is requested and stored. Up to 20 kg, each
 * kilogram is a class; above 20 kg, a class spans at most a tenth of the weight. A parcel is never heavier
 * than its class. Because of the classes, about 80 quotes are stored for a destination, instead of 429 (one
 * for each kilogram). If a buyer adds one more piece, the parcel often stays in its class. Then couriers need
 * not be asked again.
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
