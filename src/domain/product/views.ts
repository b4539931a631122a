import type { Rupiah } from '../kernel/index.ts'
import type { ProductStatus } from './transitions.ts'

export interface VariantSize {
  lengthCm: number
  widthCm: number
  heightCm: number
}

export interface VariantView {
  id: string
  sku: string
  name: string
  /** The weight of one piece, in grams. */
  weightG: number
  /** The size of the packed piece; null where nobody measured it. */
  size: VariantSize | null
  priceIdr: Rupiah
  /** The number of pieces in a bundle, the smallest amount that the factory sells. */
  wholesaleUnit: number
  /** How many pieces more than asked for the warehouse takes to fill a bundle. */
  maxExcessUnits: number
}

export interface ProductView {
  id: string
  name: string
  description: string | null
  status: ProductStatus
  factory: { id: string; name: string }
  /** The rating from published reviews: the mean to one digit, null before the first. */
  rating: { average: number | null; count: number }
  variants: VariantView[]
}

/** A variant with what others need to know of its product and factory. */
export interface VariantDetail extends Omit<VariantView, 'size'> {
  /** Grams that a courier charges for one piece: its weight or its volume, whichever is more. */
  chargeableG: number
  productId: string
  productName: string
  productStatus: ProductStatus
  factoryId: string
  factoryStatus: string
  /** The factory's rate as it is now, in basis points. */
  commissionBps: number
}
