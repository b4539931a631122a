import { sql } from 'kysely'
import { lockRows, requireStaff, type Work } from '../kernel/index.ts'
import { addVariants } from './add-variants.ts'
import { createProduct, type NewVariant } from './create-product.ts'
import { productErrors } from './errors.ts'
import { getProduct } from './read-products.ts'
import { updateProduct } from './update-product.ts'
import type { ProductView, VariantView } from './views.ts'

/**
 * A line of a catalogue that is imported: a product variant, and the product to which it belongs, identified
 * by factory and name.
 */
export interface CatalogueLine extends NewVariant {
  factoryId: string
  product: string
  description?: string | undefined
}

/**
 * The effect of importing a catalogue line: a new variant, a changed variant, or no change because the stored
 * variant already matches the line.
 */
export type ImportState = 'new' | 'changed' | 'same'

/**
 * Returns whether importing a catalogue line would add a variant, change one, or change nothing.
 * @throws product.sku_taken, where another product has it
 */
export async function importState(work: Work, line: CatalogueLine): Promise<ImportState> {
  const known = await knownVariant(work, line)
  if (!known) return 'new'
  return isSame(known.variant, line) ? 'same' : 'changed'
}

/**
 * Imports a catalogue line: adds the variant to its product, or changes the stored variant where it differs.
 * A new product is created as a draft. Importing the line again changes nothing.
 * @throws product.factory_not_found, sku_taken, kernel.forbidden
 */
export async function importVariant(work: Work, line: CatalogueLine): Promise<ProductView> {
  requireStaff(work.actor, 'service')
  const { factoryId, product: name, description, ...variant } = line
  const known = await knownVariant(work, line)
  if (known) {
    const { sku: _, ...changes } = variant
    if (isSame(known.variant, line)) return known.product
    return await updateProduct(work, {
      productId: known.product.id,
      variants: [{ id: known.variant.id, ...changes }],
    })
  }
  const productId = await productNamed(work, factoryId, name)
  if (productId === undefined)
    return await createProduct(work, { factoryId, name, description, variants: [variant] })
  await addVariants(work, productId, [variant])
  const after = await getProduct(work.tx, productId, { withInactive: true })
  work.audit({ command: 'products import', subject: ['product', productId], after })
  return after
}

async function knownVariant(
  work: Work,
  { factoryId, product: name, sku }: CatalogueLine,
): Promise<{ product: ProductView; variant: VariantView } | undefined> {
  const row = await work.tx
    .selectFrom('productVariants')
    .select(['id', 'productId'])
    .where('sku', '=', sku.toUpperCase())
    .executeTakeFirst()
  if (!row) return undefined
  const product = await getProduct(work.tx, row.productId, { withInactive: true })
  if (product.factory.id !== factoryId || product.name !== name)
    throw productErrors.sku_taken({ skus: [sku] })
  return { product, variant: product.variants.find((variant) => variant.id === row.id) as VariantView }
}

function isSame(known: VariantView, line: CatalogueLine): boolean {
  const { name, weightG, priceIdr, wholesaleUnit = 1, maxExcessUnits = 0 } = line
  return (
    known.name === name &&
    known.weightG === weightG &&
    known.priceIdr === priceIdr &&
    known.wholesaleUnit === wholesaleUnit &&
    known.maxExcessUnits === maxExcessUnits
  )
}

/**
 * Returns the id of this factory's product of this name. The factory is locked, so that two catalogue lines
 * imported at the same time create one product and not two.
 */
async function productNamed(work: Work, factoryId: string, name: string): Promise<string | undefined> {
  await lockRows(work.tx, { factory: { id: [factoryId] } })
  const { rows } = await sql<{ id: string }>`
    select id from products where factory_id = ${factoryId} and name = ${name} order by id limit 1 for no key update`.execute(
    work.tx,
  )
  return rows[0]?.id
}
