import type { Kysely } from 'kysely'
import { type DB, type Rupiah, rupiah, sumIdr } from '../../kernel/index.ts'
import { type VariantDetail, variantsById } from '../../product/index.ts'
import { orderErrors } from '../errors.ts'

export interface AskedItem {
  variantId: string
  quantity: number
}

export interface OrderLine {
  variant: VariantDetail
  quantity: number
  unitPriceIdr: Rupiah
  totalIdr: Rupiah
}

/**
 * Returns the requested quantity of each product variant. Items of the same variant are added up.
 * @throws order.no_items
 */
function quantitiesOf(items: readonly AskedItem[]): Map<string, number> {
  const quantities = new Map<string, number>()
  for (const { variantId, quantity } of items) {
    if (!Number.isSafeInteger(quantity) || quantity < 1) throw orderErrors.no_items({ variantId, quantity })
    quantities.set(variantId, (quantities.get(variantId) ?? 0) + quantity)
  }
  if (quantities.size === 0) throw orderErrors.no_items()
  return quantities
}

/**
 * Returns the requested product variants and quantities as order items at today's prices.
 * @throws order.no_items, order.variant_not_found, order.variant_not_on_sale
 */
export async function priceLines(tx: Kysely<DB>, items: readonly AskedItem[]): Promise<OrderLine[]> {
  const quantities = quantitiesOf(items)
  const variants = await variantsById(tx, [...quantities.keys()])
  return [...quantities].map(([variantId, quantity]) => {
    const variant = variants.get(variantId)
    if (!variant || variant.productStatus === 'draft') throw orderErrors.variant_not_found({ variantId })
    if (variant.productStatus !== 'active' || variant.factoryStatus !== 'active') {
      throw orderErrors.variant_not_on_sale({ variantId, sku: variant.sku })
    }
    const unitPriceIdr = variant.priceIdr
    return { variant, quantity, unitPriceIdr, totalIdr: rupiah(unitPriceIdr * quantity) }
  })
}

export const goodsOf = (lines: readonly OrderLine[]): Rupiah => sumIdr(lines.map((line) => line.totalIdr))

/** Returns the weight of order items in grams, without packaging. */
export const weightOf = (lines: readonly { variant: { chargeableG: number }; quantity: number }[]): number =>
  lines.reduce((sum, line) => sum + line.variant.chargeableG * line.quantity, 0)
