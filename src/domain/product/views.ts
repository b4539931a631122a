import type { Rupiah } from '../kernel/index.ts'
import type { ProductStatus } from './transitions.ts'

export interface VariantView {
  id: string
  sku: string
  name: string
  /** Grams, of one piece. */
  weightG: number
  priceIdr: Rupiah
  /** Pieces to a bundle: what a factory sells at once. */
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
  variants: VariantView[]
}

/** A variant with what others need to know of its product and factory. */
export interface VariantDetail extends VariantView {
  productId: string
  productName: string
  productStatus: ProductStatus
  factoryId: string
  factoryStatus: string
  /** The factory's rate as it is now, in basis points. */
  commissionBps: number
}
