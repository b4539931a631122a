import { sql } from 'kysely'
import type { AddressSnapshot } from '../../address/index.ts'
import { asRecords, insertRows, newId, type Rupiah, rupiah, type Work } from '../../kernel/index.ts'
import type { CourierChoice } from '../../logistics/index.ts'
import type { OrderStatus } from '../transitions.ts'
import type { OrderLine } from './lines.ts'

export interface OrderDraft {
  id: string
  code: string
  userId: string
  sessionId: string | null
  participantId: string | null
  status: OrderStatus
  statusReason: string | null
  allocated: boolean
  address: AddressSnapshot
  courier: CourierChoice
  goodsIdr: Rupiah
  shippingIdr: Rupiah
  /**
   * True if the shipping fee is only an estimate, because no courier has quoted it for this weight. It is
   * corrected later.
   */
  feeEstimated: boolean
  paidAt: Date | null
}

export const totalOf = (draft: OrderDraft): Rupiah => rupiah(draft.goodsIdr + draft.shippingIdr)

/**
 * Inserts any number of orders with one SQL statement, and returns the ids of those inserted. A participant
 * of a session who already has an order gets no second one.
 */
export async function insertOrders(work: Work, drafts: readonly OrderDraft[]): Promise<Set<string>> {
  const rows = drafts.map(({ courier, ...draft }) => ({
    ...draft,
    courierCompany: courier.company,
    courierType: courier.type,
    totalIdr: totalOf({ courier, ...draft }),
    createdAt: work.now,
    updatedAt: work.now,
  }))
  const { rows: written } = await sql<{ id: string }>`
    insert into orders select * from jsonb_populate_recordset(null::orders, ${asRecords(rows)}::jsonb)
    on conflict (participant_id) do nothing returning id`.execute(work.tx)
  return new Set(written.map((row) => row.id))
}

export interface ItemDraft extends Omit<OrderLine, 'totalIdr'> {
  commissionBps: number
}

export interface WrittenItem {
  id: string
  orderId: string
  variantId: string
  factoryId: string
  totalIdr: Rupiah
  commissionBps: number
}

/** Inserts the items of any number of orders with one SQL statement. */
export async function insertItems(
  work: Work,
  orders: readonly { orderId: string; items: readonly ItemDraft[] }[],
): Promise<WrittenItem[]> {
  const rows = orders.flatMap(({ orderId, items }) =>
    items.map(({ variant, quantity, unitPriceIdr, commissionBps }) => ({
      id: newId(),
      orderId,
      productId: variant.productId,
      variantId: variant.id,
      factoryId: variant.factoryId,
      sku: variant.sku,
      name: `${variant.productName}, ${variant.name}`,
      weightG: variant.chargeableG,
      quantity,
      unitPriceIdr,
      totalIdr: rupiah(unitPriceIdr * quantity),
      commissionBps,
    })),
  )
  await insertRows(work.tx, 'orderItems', rows)
  return rows
}
