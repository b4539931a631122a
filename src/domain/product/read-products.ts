import { type RawBuilder, sql } from 'kysely'
import { pageOf, type Tx } from '../kernel/index.ts'
import { productErrors } from './errors.ts'
import type { ProductStatus } from './transitions.ts'
import type { ProductView } from './views.ts'

/** Returns the products that match `where`, newest first; `where` refers to the products table as `p`. */
async function productViews(tx: Tx, where: RawBuilder<unknown>, limit: number): Promise<ProductView[]> {
  const { rows } = await sql<ProductView>`
    select p.id, p.name, p.description, p.status, jsonb_build_object('id', f.id, 'name', f.name) as factory, (
      select coalesce(jsonb_agg(jsonb_build_object('id', v.id, 'sku', v.sku, 'name', v.name, 'weightG', v.weight_g,
        'size', case when v.length_cm is not null then
          jsonb_build_object('lengthCm', v.length_cm, 'widthCm', v.width_cm, 'heightCm', v.height_cm) end,
        'priceIdr', v.price_idr, 'wholesaleUnit', v.wholesale_unit, 'maxExcessUnits', v.max_excess_units) order by v.id), '[]')
      from product_variants v where v.product_id = p.id
    ) as variants,
    jsonb_build_object('average', round(p.rating_sum::numeric / nullif(p.rating_count, 0), 1), 'count', p.rating_count) as rating
    from products p join factories f on f.id = p.factory_id
    where ${where} order by p.id desc limit ${limit}`.execute(tx)
  return rows
}

/**
 * Returns one product; buyers see only active ones.
 * @throws product.not_found, also for an inactive product unless `withInactive`
 */
export async function getProduct(
  tx: Tx,
  id: string,
  options: { withInactive?: boolean } = {},
): Promise<ProductView> {
  const [product] = await productViews(tx, sql`p.id = ${id}::uuid`, 1)
  if (!product || (product.status !== 'active' && !options.withInactive)) {
    throw productErrors.not_found({ productId: id })
  }
  return product
}

export interface ProductFilter {
  factoryId?: string | undefined
  /** The status of the products to list, or `any`. Default: active. */
  status?: ProductStatus | 'any' | undefined
  limit: number
  cursor?: string | undefined
}

/** Returns one keyset page of products, newest first. */
export async function listProducts(
  tx: Tx,
  filter: ProductFilter,
): Promise<{ data: ProductView[]; nextCursor: string | null }> {
  const conditions = [
    statusIs(filter.status),
    filter.factoryId ? sql`p.factory_id = ${filter.factoryId}::uuid` : sql`true`,
    filter.cursor ? sql`p.id < ${filter.cursor}::uuid` : sql`true`,
  ]
  const rows = await productViews(tx, sql.join(conditions, sql` and `), filter.limit + 1)
  return pageOf(rows, filter.limit, (row) => row.id)
}

function statusIs(status: ProductFilter['status'] = 'active'): RawBuilder<unknown> {
  if (status === 'any') return sql`true`
  // The status is a literal in the SQL, so that the partial index of the products on sale is used.
  return status === 'active' ? sql`p.status = 'active'` : sql`p.status = ${status}`
}
