import type { Work } from '../../domain/kernel/index.ts'
import type { ProductView } from '../../domain/product/index.ts'
import type { StockedProduct } from '../../domain/warehouse/index.ts'

/** Returns a changed product in the form that `products show` prints. */
export async function stocked(work: Work, product: ProductView): Promise<StockedProduct> {
  const { stockedProduct } = await import('../../domain/warehouse/inventory/products-in-stock.ts')
  return await stockedProduct(work.tx, product)
}
