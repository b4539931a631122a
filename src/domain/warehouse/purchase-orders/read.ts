import { type RawBuilder, sql } from 'kysely'
import { idOrCode, pageOf, type Rupiah, type Tx } from '../../kernel/index.ts'
import { warehouseErrors } from '../errors.ts'
import type { PurchaseOrderStatus } from '../transitions.ts'

export interface PurchaseOrderItem {
  variantId: string
  sku: string
  name: string
  /** The number of pieces of the variant that were ordered from the factory. */
  quantity: number
  /** The number of pieces in a bundle; the factory sells whole bundles. */
  wholesaleUnit: number
  /** The number of pieces that arrived undamaged. */
  received: number
  /**
   * The number of pieces that arrived damaged. They are written off, and the factory still owes this number
   * of pieces.
   */
  damaged: number
  /**
   * The total number of pieces that an agent has counted at the factory; null if no agent picked up the
   * goods.
   */
  pickedUp: number | null
}

export interface PurchaseOrderView {
  id: string
  code: string
  status: PurchaseOrderStatus
  statusReason: string | null
  factory: { id: string; name: string }
  sessionId: string | null
  items: PurchaseOrderItem[]
  /**
   * The estimated courier freight for the purchase order, from the factory to the warehouse. It is
   * information only; nothing is posted to the ledger.
   */
  freightIdr: Rupiah | null
  freightSource: 'cache' | 'courier' | 'zone' | null
  createdAt: Date
  sentAt: Date | null
  confirmedAt: Date | null
  updatedAt: Date
}

const items = sql`(
  select jsonb_agg(jsonb_build_object('variantId', v.id, 'sku', v.sku, 'name', v.name, 'quantity', i.quantity,
    'wholesaleUnit', v.wholesale_unit, 'received', i.received, 'damaged', i.damaged, 'pickedUp', i.picked_up) order by v.sku)
  from purchase_order_items i join product_variants v on v.id = i.variant_id where i.purchase_order_id = o.id)`

/**
 * Returns the purchase orders that match the SQL condition `where`, newest first. In the condition, `o`
 * stands for the purchase order.
 */
async function views(tx: Tx, where: RawBuilder<unknown>, limit: number): Promise<PurchaseOrderView[]> {
  const { rows } = await sql<PurchaseOrderView>`
    select o.id, o.code, o.status, o.status_reason, jsonb_build_object('id', f.id, 'name', f.name) as factory, o.session_id,
      ${items} as items, o.freight_idr, o.freight_source, o.created_at, o.sent_at, o.confirmed_at, o.updated_at
    from warehouse_purchase_orders o join factories f on f.id = o.factory_id
    where ${where} order by o.id desc limit ${limit}`.execute(tx)
  return rows
}

/**
 * Returns one purchase order, by its id or its code.
 * @throws warehouse.purchase_order_not_found
 */
export async function purchaseOrder(tx: Tx, named: string): Promise<PurchaseOrderView> {
  const key = idOrCode(named)
  const [found] = await views(tx, 'id' in key ? sql`o.id = ${key.id}` : sql`o.code = ${key.code}`, 1)
  if (!found) throw warehouseErrors.purchase_order_not_found({ purchaseOrder: named })
  return found
}

/** Returns the newest purchase order that was made for a session. */
export async function lastPurchaseOrderOf(tx: Tx, sessionId: string): Promise<PurchaseOrderView | undefined> {
  const [last] = await views(tx, sql`o.session_id = ${sessionId}`, 1)
  return last
}

export interface PurchaseOrderFilter {
  status?: PurchaseOrderStatus | undefined
  sessionId?: string | undefined
  factoryId?: string | undefined
  limit: number
  cursor?: string | undefined
}

/** Lists purchase orders, newest first, by keyset pages. */
export async function listPurchaseOrders(
  tx: Tx,
  filter: PurchaseOrderFilter,
): Promise<{ data: PurchaseOrderView[]; nextCursor: string | null }> {
  const { status, sessionId, factoryId, limit, cursor } = filter
  const conditions = [
    status ? sql`o.status = ${status}` : sql`true`,
    sessionId ? sql`o.session_id = ${sessionId}::uuid` : sql`true`,
    factoryId ? sql`o.factory_id = ${factoryId}::uuid` : sql`true`,
    cursor ? sql`o.id < ${cursor}::uuid` : sql`true`,
  ]
  const rows = await views(tx, sql.join(conditions, sql` and `), limit + 1)
  return pageOf(rows, limit, (row) => row.id)
}

export interface PurchaseOrderDetail extends PurchaseOrderView {
  /** The stock movements by which the purchase order's goods were received or written off, newest first. */
  receipts: {
    receivedAt: Date
    sku: string
    kind: 'received' | 'written_off'
    pieces: number
    note: string | null
    actor: string
  }[]
  replies: { meaning: string; answeredAt: Date }[]
}

/**
 * Returns one purchase order with its receipts and replies.
 * @throws warehouse.purchase_order_not_found
 */
export async function showPurchaseOrder(tx: Tx, named: string): Promise<PurchaseOrderDetail> {
  const found = await purchaseOrder(tx, named)
  const { rows: receipts } = await sql<PurchaseOrderDetail['receipts'][number]>`
    select m.moved_at as received_at, v.sku, m.kind, m.on_hand_change as pieces, m.reason as note, m.actor
    from stock_movements m join product_variants v on v.id = m.variant_id
    where m.subject_id = ${found.id} and m.subject_kind = 'purchase_order' order by m.moved_at desc, m.id desc`.execute(
    tx,
  )
  const replies = await tx
    .selectFrom('purchaseOrderReplies')
    .select(['meaning', 'answeredAt'])
    .where('purchaseOrderId', '=', found.id)
    .orderBy('answeredAt', 'desc')
    .execute()
  return { ...found, receipts, replies }
}
