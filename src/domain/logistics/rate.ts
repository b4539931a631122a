import type { Rupiah } from '../kernel/index.ts'

export interface CourierChoice {
  company: string
  type: string
}

/** What a courier would charge, and where we know it from. */
export interface Rate extends CourierChoice {
  /** The name people know it by: `Reguler`. */
  service: string
  priceIdr: Rupiah
  duration: string
  source: 'cache' | 'courier' | 'zone'
}

/** What a shipping fee depends on. */
export interface Parcel {
  originPostalCode: string
  destinationPostalCode: string
  weightG: number
  /** The courier that is asked for; the cheapest where none is. */
  courier?: CourierChoice | undefined
}

/** Couriers charge every started kilogram, and one at least. */
export function startedKg(weightG: number): number {
  return Math.max(1, Math.ceil(weightG / 1000))
}

export const cheapestFirst = (a: Rate, b: Rate) =>
  a.priceIdr - b.priceIdr || (`${a.company} ${a.type}` < `${b.company} ${b.type}` ? -1 : 1)
