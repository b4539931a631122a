import { insertRows, newId, type Work } from '../kernel/index.ts'
import type { NewVariant } from './create-product.ts'
import { productErrors } from './errors.ts'
import { recordPrices } from './price-history.ts'

/**
 * Writes variants of a product with their first prices.
 * @throws product.no_variants, sku_taken
 */
export async function addVariants(
  work: Work,
  productId: string,
  variants: readonly NewVariant[],
): Promise<void> {
  if (variants.length === 0) throw productErrors.no_variants()
  const rows = variants.map((variant) => ({
    id: newId(),
    productId,
    sku: variant.sku.toUpperCase(),
    name: variant.name,
    weightG: variant.weightG,
    lengthCm: variant.size?.lengthCm ?? null,
    widthCm: variant.size?.widthCm ?? null,
    heightCm: variant.size?.heightCm ?? null,
    priceIdr: variant.priceIdr,
    wholesaleUnit: variant.wholesaleUnit ?? 1,
    maxExcessUnits: variant.maxExcessUnits ?? 0,
    createdAt: work.now,
  }))
  const added = new Set(
    await insertRows(work.tx, 'productVariants', rows, { onConflictDoNothing: true, returning: 'id' }),
  )
  const taken = rows.filter((row) => !added.has(row.id))
  if (taken.length > 0) throw productErrors.sku_taken({ skus: taken.map((row) => row.sku) })
  await recordPrices(
    work,
    rows.map((row) => ({ variantId: row.id, priceIdr: row.priceIdr })),
  )
}
