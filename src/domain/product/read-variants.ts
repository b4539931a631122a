import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { DB, Tx } from '../kernel/index.ts'
import { productErrors } from './errors.ts'
import type { VariantDetail } from './views.ts'

async function details(tx: Kysely<DB>, where: RawBuilder<unknown>): Promise<VariantDetail[]> {
  const { rows } = await sql<VariantDetail>`
    select v.id, v.product_id, p.name as product_name, p.status as product_status, p.factory_id,
      f.status as factory_status, f.commission_bps, v.sku, v.name, v.weight_g, v.chargeable_g, v.price_idr, v.wholesale_unit, v.max_excess_units
    from product_variants v join products p on p.id = v.product_id join factories f on f.id = p.factory_id
    where ${where}`.execute(tx)
  return rows
}

/** Returns product variants by id, whatever their product's status; unknown ids are left out. */
export async function variantsById(
  tx: Kysely<DB>,
  ids: readonly string[],
): Promise<Map<string, VariantDetail>> {
  const rows = await details(tx, sql`v.id = any(${[...new Set(ids)]}::uuid[])`)
  return new Map(rows.map((row) => [row.id, row]))
}

/** Returns every variant of the products to which the given variants belong, including the given ones. */
export async function variantsAround(tx: Tx, ids: readonly string[]): Promise<Map<string, VariantDetail>> {
  const rows = await details(
    tx,
    sql`v.product_id in (select product_id from product_variants where id = any(${[...new Set(ids)]}::uuid[]))`,
  )
  return new Map(rows.map((row) => [row.id, row]))
}

/** Returns the product variants with these SKUs, given in capitals; unknown SKUs are left out. */
export async function variantsBySku(tx: Tx, skus: readonly string[]): Promise<VariantDetail[]> {
  return await details(tx, sql`v.sku = any(${[...skus]}::text[])`)
}

/**
 * Returns the product variant with this SKU, given in upper or lower case.
 * @throws product.variant_not_found
 */
export async function variantBySku(tx: Tx, sku: string): Promise<VariantDetail> {
  const [variant] = await details(tx, sql`v.sku = ${sku.toUpperCase()}`)
  if (!variant) throw productErrors.variant_not_found({ sku })
  return variant
}
