import { sql } from 'kysely'
import { factoriesById } from '../factory/index.ts'
import {
  asRecords,
  moveState,
  type Rupiah,
  requireStaff,
  requireTransition,
  type Work,
} from '../kernel/index.ts'
import { productErrors } from './errors.ts'
import { recordPrices } from './price-history.ts'
import { getProduct } from './read-products.ts'
import { type ProductStatus, productMachine, productTransitions } from './transitions.ts'
import type { ProductView, VariantSize } from './views.ts'

export interface VariantChanges {
  id: string
  name?: string | undefined
  weightG?: number | undefined
  size?: VariantSize | undefined
  priceIdr?: Rupiah | undefined
  wholesaleUnit?: number | undefined
  maxExcessUnits?: number | undefined
}

export interface ProductChanges {
  name?: string | undefined
  description?: string | undefined
  status?: ProductStatus | undefined
  variants?: VariantChanges[] | undefined
}

/**
 * Changes a product, its status and its variants. A new price applies to orders from now on and is recorded
 * in the price history. Group-buying sessions keep their price. A shelf price below the price in a session
 * that still sells is refused.
 * @throws group_buying.shelf_below_session, product.not_found, variant_not_found, factory_not_active,
 * kernel.illegal_transition, kernel.forbidden
 */
export async function updateProduct(
  work: Work,
  input: ProductChanges & { productId: string },
): Promise<ProductView> {
  requireStaff(work.actor, 'service')
  const { productId } = input
  await sql`select from products where id = ${productId} for no key update`.execute(work.tx)
  const before = await getProduct(work.tx, productId, { withInactive: true })
  const status = input.status ?? before.status
  if (status !== before.status) await requireSaleable(work, before, status)
  const { name = before.name, description = before.description } = input
  const set = { name, description, updatedAt: work.now }
  await moveState(work, productMachine, { to: status, stays: true, ids: [productId], set, all: true })
  await changeVariants(work, before, input.variants ?? [])
  if (status !== before.status) {
    const payload = { productId, from: before.status, to: status }
    work.emit({ type: 'product.status_changed', aggregate: ['product', productId], payload })
  }
  const after = await getProduct(work.tx, productId, { withInactive: true })
  const verb = status === before.status ? 'update' : status === 'active' ? 'activate' : 'deactivate'
  work.audit({ command: `products ${verb}`, subject: ['product', productId], before, after })
  return after
}

async function requireSaleable(work: Work, product: ProductView, status: ProductStatus): Promise<void> {
  requireTransition(productTransitions, product.status, status, 'product')
  if (status !== 'active') return
  const factoryId = product.factory.id
  const factory = (await factoriesById(work.tx, [factoryId])).get(factoryId)
  if (factory?.status !== 'active') {
    throw productErrors.factory_not_active({ factoryId, factoryStatus: factory?.status })
  }
}

async function changeVariants(
  work: Work,
  product: ProductView,
  changes: readonly VariantChanges[],
): Promise<void> {
  if (changes.length === 0) return
  const known = new Map(product.variants.map((variant) => [variant.id, variant]))
  const changed = changes.map((change) => {
    const before = known.get(change.id)
    if (!before) throw productErrors.variant_not_found({ variantId: change.id, productId: product.id })
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
    return { before, after: { ...before, ...given } }
  })
  await sql`
    update product_variants v
    set name = r.name, weight_g = r.weight_g, price_idr = r.price_idr, wholesale_unit = r.wholesale_unit,
      max_excess_units = r.max_excess_units, length_cm = r.length_cm, width_cm = r.width_cm, height_cm = r.height_cm
    from jsonb_to_recordset(${asRecords(changed.map(({ after: { size, ...after } }) => ({ ...after, ...size })))}::jsonb) as r(
      id uuid, name text, weight_g integer, price_idr bigint, wholesale_unit integer, max_excess_units integer,
      length_cm integer, width_cm integer, height_cm integer)
    where v.id = r.id`.execute(work.tx)
  const priceOf = ({ after }: (typeof changed)[number]) => ({ variantId: after.id, priceIdr: after.priceIdr })
  const lowered = changed.filter(({ before, after }) => after.priceIdr < before.priceIdr)
  if (lowered.length > 0) {
    const payload = { productId: product.id, prices: lowered.map(priceOf) }
    work.emit({ type: 'product.prices_lowered', aggregate: ['product', product.id], payload })
  }
  const repriced = changed.filter(({ before, after }) => before.priceIdr !== after.priceIdr)
  await recordPrices(work, repriced.map(priceOf))
}
