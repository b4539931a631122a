import { factoriesById } from '../factory/index.ts'
import { insertRows, newId, type Rupiah, requireStaff, type Work } from '../kernel/index.ts'
import { addVariants } from './add-variants.ts'
import { productErrors } from './errors.ts'
import { getProduct } from './read-products.ts'
import type { ProductView, VariantSize } from './views.ts'

export interface NewVariant {
  /** The stock code, unique over all products; stored in capitals. */
  sku: string
  name: string
  weightG: number
  size?: VariantSize | undefined
  priceIdr: Rupiah
  wholesaleUnit?: number | undefined
  maxExcessUnits?: number | undefined
}

export interface NewProduct {
  factoryId: string
  name: string
  description?: string | undefined
  variants: NewVariant[]
  /** The product's first status. Default: draft, which no buyer sees; active if it is to be sold at once. */
  status?: 'draft' | 'active' | undefined
}

/**
 * Adds a product with its variants and their first prices.
 * @throws product.factory_not_found, factory_not_active (to be sold at once), no_variants, sku_taken,
 * kernel.forbidden
 */
export async function createProduct(work: Work, input: NewProduct): Promise<ProductView> {
  requireStaff(work.actor, 'service')
  const { factoryId, status = 'draft' } = input
  const factory = (await factoriesById(work.tx, [factoryId])).get(factoryId)
  if (!factory) throw productErrors.factory_not_found({ factoryId })
  if (status === 'active' && factory.status !== 'active') {
    throw productErrors.factory_not_active({ factoryId, factoryStatus: factory.status })
  }
  const id = newId()
  const { name, description } = input
  const times = { createdAt: work.now, updatedAt: work.now }
  await insertRows(work.tx, 'products', [
    { id, factoryId, name, description: description ?? null, status, ...times },
  ])
  await addVariants(work, id, input.variants)
  work.emit({ type: 'product.created', aggregate: ['product', id], payload: { productId: id, factoryId } })
  const product = await getProduct(work.tx, id, { withInactive: true })
  work.audit({ command: 'products create', subject: ['product', id], after: product })
  return product
}
