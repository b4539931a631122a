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
  /** The size of the packed piece; null if nobody measured it. */
  size: VariantSize | null
  priceIdr: Rupiah
  /** The number of pieces in a bundle. The factory sells only whole bundles. */
  wholesaleUnit: number
  /**
   * The maximum number of pieces that the warehouse may take in addition to the ordered quantity. They fill
   * the last bundle, because the factory sells only whole bundles.
   */
  maxExcessUnits: number
}

export interface ProductView {
  id: string
  name: string
  description: string | null
  status: ProductStatus
  factory: { id: string; name: string }
  /**
   * The rating from published reviews: the mean to one digit (null before the first review), and the number
   * of reviews.
   */
  rating: { average: number | null; count: number }
  variants: VariantView[]
}

/** A variant with the details of its product and factory that other domains need. */
export interface VariantDetail extends Omit<VariantView, 'size'> {
  /**
   * The chargeable weight of one piece for a courier, in grams: its weight or its volumetric weight,
   * whichever is more.
   */
  chargeableG: number
  productId: string
  productName: string
  productStatus: ProductStatus
  factoryId: string
  factoryStatus: string
  /** The factory's current commission rate, in basis points. */
  commissionBps: number
}
