import { type RawBuilder, sql } from 'kysely'
import { pageOf, type Tx } from '../../kernel/index.ts'
import { warehouseErrors } from '../errors.ts'
import { incomingPurchaseOrderStates } from '../transitions.ts'

export interface StockView {
  variantId: string
  sku: string
  name: string
  product: { id: string; name: string }
  onHand: number
  reserved: number
  /** The number of the variant's pieces that are in the warehouse and not reserved. */
  free: number
  /** The number of the variant's pieces that were ordered from factories and have not arrived yet. */
  onTheWay: number
}

export interface MovementView {
  id: string
  kind: string
  onHandChange: number
  reservedChange: number
  subjectKind: string
  subjectId: string
  actor: string
  reason: string | null
  movedAt: Date
}

/**
 * Returns the stock of variants. A variant that never had a delivery has no inventory row; its stock is 0.
 */
async function stockViews(tx: Tx, where: RawBuilder<unknown>, limit: number): Promise<StockView[]> {
  const { rows } = await sql<StockView>`
    select v.id as variant_id, v.sku, v.name, jsonb_build_object('id', p.id, 'name', p.name) as product,
      coalesce(i.on_hand, 0) as on_hand, coalesce(i.reserved, 0) as reserved,
      coalesce(i.on_hand - i.reserved, 0) as free, (
        select coalesce(sum(t.quantity - t.received), 0)::integer
        from purchase_order_items t join warehouse_purchase_orders o on o.id = t.purchase_order_id
        where t.variant_id = v.id and t.received < t.quantity and o.status = any(${[...incomingPurchaseOrderStates]})
      ) as on_the_way
    from product_variants v join products p on p.id = v.product_id
    left join warehouse_inventory i on i.variant_id = v.id
    where ${where} order by v.id desc limit ${limit}`.execute(tx)
  return rows
}

/** @throws warehouse.variant_not_found */
export async function stockOf(tx: Tx, variantId: string): Promise<StockView> {
  const [stock] = await stockViews(tx, sql`v.id = ${variantId}::uuid`, 1)
  if (!stock) throw warehouseErrors.variant_not_found({ variantId })
  return stock
}

export interface StockFilter {
  productId?: string | undefined
  limit: number
  cursor?: string | undefined
}

/** Lists the stock of every variant, newest variant first, by keyset pages. */
export async function listStock(
  tx: Tx,
  filter: StockFilter,
): Promise<{ data: StockView[]; nextCursor: string | null }> {
  const conditions = [
    filter.productId ? sql`v.product_id = ${filter.productId}::uuid` : sql`true`,
    filter.cursor ? sql`v.id < ${filter.cursor}::uuid` : sql`true`,
  ]
  const rows = await stockViews(tx, sql.join(conditions, sql` and `), filter.limit + 1)
  return pageOf(rows, filter.limit, (row) => row.variantId)
}

const MOVEMENTS_SHOWN = 50

/**
 * Returns one variant's stock with its 50 newest movements and its 50 oldest open reservations.
 * @throws warehouse.variant_not_found
 */
export async function showStock(
  tx: Tx,
  variantId: string,
): Promise<
  StockView & {
    movements: MovementView[]
    reservations: { subjectKind: string; subjectId: string; quantity: number; createdAt: Date }[]
  }
> {
  const stock = await stockOf(tx, variantId)
  const movements = await tx
    .selectFrom('stockMovements')
    .select(['id', 'kind', 'onHandChange', 'reservedChange', 'subjectKind', 'subjectId'])
    .select(['actor', 'reason', 'movedAt'])
    .where('variantId', '=', variantId)
    .orderBy('movedAt', 'desc')
    .orderBy('id', 'desc')
    .limit(MOVEMENTS_SHOWN)
    .execute()
  const reservations = await tx
    .selectFrom('stockReservations')
    .select(['subjectKind', 'subjectId', 'quantity', 'createdAt'])
    .where('variantId', '=', variantId)
    .where('status', '=', 'open')
    .orderBy('createdAt')
    .limit(MOVEMENTS_SHOWN)
    .execute()
  return { ...stock, movements, reservations }
}
