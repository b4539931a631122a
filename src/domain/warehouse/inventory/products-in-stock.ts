import { sql } from 'kysely'
import type { Paged, Tx } from '../../kernel/index.ts'
import { getProduct, listProducts, type ProductFilter, type ProductView } from '../../product/index.ts'

export interface StockedProduct extends Omit<ProductView, 'variants'> {
  variants: (ProductView['variants'][number] & {
    /** Whether the warehouse has pieces of the variant that are not reserved. */
    inStock: boolean
  })[]
}

/** Adds `inStock` to each variant of these products: whether the warehouse has unreserved pieces of it. */
async function withStock(tx: Tx, products: readonly ProductView[]): Promise<StockedProduct[]> {
  const variantIds = products.flatMap(({ variants }) => variants.map(({ id }) => id))
  const { rows } = await sql<{ variantId: string }>`
    select variant_id from warehouse_inventory
    where variant_id = any(${variantIds}::uuid[]) and on_hand > reserved`.execute(tx)
  const free = new Set(rows.map((row) => row.variantId))
  return products.map((product) => ({
    ...product,
    variants: product.variants.map((variant) => ({ ...variant, inStock: free.has(variant.id) })),
  }))
}

/** Returns one product with `inStock` for each variant, as `withStock` does for many products. */
export async function stockedProduct(tx: Tx, product: ProductView): Promise<StockedProduct> {
  const [stocked] = await withStock(tx, [product])
  return stocked as StockedProduct
}

/**
 * Returns one product by its id, with `inStock` for each variant.
 * @throws product.not_found
 */
export async function getStockedProduct(
  tx: Tx,
  id: string,
  options: { withInactive?: boolean } = {},
): Promise<StockedProduct> {
  return await stockedProduct(tx, await getProduct(tx, id, options))
}

/** Lists products with `inStock` for each variant, newest first, by keyset pages. */
export async function listStockedProducts(tx: Tx, filter: ProductFilter): Promise<Paged<StockedProduct>> {
  const { data, ...page } = await listProducts(tx, filter)
  return { data: await withStock(tx, data), ...page }
}
