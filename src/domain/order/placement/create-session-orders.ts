import { sql } from 'kysely'
import type { AddressSnapshot } from '../../address/index.ts'
import { basisPoints, newCode, newId, type Rupiah, rupiah, sumIdr, type Work } from '../../kernel/index.ts'
import { type VariantDetail, variantsById } from '../../product/index.ts'
import { orderErrors } from '../errors.ts'
import { NO_STOCK } from './held-session-orders.ts'
import {
  type ItemDraft,
  insertItems,
  insertOrders,
  type OrderDraft,
  totalOf,
  type WrittenItem,
} from './insert.ts'

export interface SessionOrderLine {
  participantId: string
  userId: string
  paymentId: string
  address: AddressSnapshot
  courierCompany: string
  courierType: string
  shippingIdr: Rupiah
  feeEstimated: boolean
  /** True if the order's stock is reserved; otherwise the order waits on hold. */
  allocated: boolean
  items: { variantId: string; quantity: number; unitPriceIdr: Rupiah; commissionBps: number }[]
}

export interface SessionOrder {
  participantId: string
  orderId: string
  items: {
    orderItemId: string
    variantId: string
    factoryId: string
    goodsIdr: Rupiah
    /** The commission for the item in rupiah, rounded down. */
    commissionIdr: Rupiah
  }[]
}

/**
 * Creates the orders of a session's participants, who have already paid, in a fixed number of SQL statements.
 * A participant whose order exists gets no second one: the existing order is returned without new events.
 * @throws order.variant_not_found
 */
export async function createSessionOrders(
  work: Work,
  input: { sessionId: string; lines: readonly SessionOrderLine[] },
): Promise<SessionOrder[]> {
  const { sessionId, lines } = input
  const variants = await variantsById(
    work.tx,
    lines.flatMap((line) => line.items.map((item) => item.variantId)),
  )
  const drafts = lines.map((line) => draftOf(work, sessionId, line))
  const written = await insertOrders(work, drafts)
  const fresh = drafts.flatMap((draft, i) =>
    written.has(draft.id) ? [{ draft, line: lines[i] as SessionOrderLine }] : [],
  )
  const items = await insertItems(
    work,
    fresh.map(({ draft, line }) => ({ orderId: draft.id, items: itemsOf(line, variants) })),
  )
  for (const { draft } of fresh) announce(work, draft)
  const byOrder = Map.groupBy(items, (item) => item.orderId)
  const orders = fresh.map(({ draft, line }) =>
    orderOf(line.participantId, draft.id, byOrder.get(draft.id) ?? []),
  )
  if (fresh.length === lines.length) return orders
  const before = await ordersBefore(work, lines, new Set(orders.map((order) => order.participantId)))
  return [...orders, ...before]
}

function draftOf(work: Work, sessionId: string, line: SessionOrderLine): OrderDraft {
  return {
    id: newId(),
    code: newCode('ORD', work.now),
    userId: line.userId,
    sessionId,
    participantId: line.participantId,
    status: line.allocated ? 'paid' : 'on_hold',
    statusReason: line.allocated ? null : NO_STOCK,
    allocated: line.allocated,
    address: line.address,
    courier: { company: line.courierCompany, type: line.courierType },
    goodsIdr: sumIdr(line.items.map((item) => rupiah(item.unitPriceIdr * item.quantity))),
    shippingIdr: line.shippingIdr,
    feeEstimated: line.feeEstimated,
    paidAt: work.now,
  }
}

function itemsOf(line: SessionOrderLine, variants: ReadonlyMap<string, VariantDetail>): ItemDraft[] {
  return line.items.map(({ variantId, quantity, unitPriceIdr, commissionBps }) => {
    const variant = variants.get(variantId)
    if (!variant) throw orderErrors.variant_not_found({ variantId })
    return { variant, quantity, unitPriceIdr, commissionBps }
  })
}

function announce(work: Work, draft: OrderDraft): void {
  const { id, code, userId, sessionId } = draft
  const subject = { orderId: id, code, userId, sessionId }
  const aggregate = ['order', id] as const
  work.emit({ type: 'order.paid', aggregate, payload: { ...subject, totalIdr: totalOf(draft) } })
  if (draft.allocated) work.emit({ type: 'order.allocated', aggregate, payload: subject })
}

function orderOf(participantId: string, orderId: string, items: readonly WrittenItem[]): SessionOrder {
  return {
    participantId,
    orderId,
    items: items.map(({ id, variantId, factoryId, totalIdr, commissionBps }) => ({
      orderItemId: id,
      variantId,
      factoryId,
      goodsIdr: totalIdr,
      commissionIdr: basisPoints(totalIdr, commissionBps),
    })),
  }
}

async function ordersBefore(
  work: Work,
  lines: readonly SessionOrderLine[],
  made: ReadonlySet<string>,
): Promise<SessionOrder[]> {
  const participantIds = lines.map((line) => line.participantId).filter((id) => !made.has(id))
  const { rows } = await sql<WrittenItem & { participantId: string }>`
    select o.participant_id, i.id, i.order_id, i.variant_id, i.factory_id, i.total_idr, i.commission_bps
    from orders o join order_items i on i.order_id = o.id
    where o.participant_id = any(${participantIds}::uuid[]) order by i.id`.execute(work.tx)
  return [...Map.groupBy(rows, (row) => row.participantId)].map(([participantId, items]) =>
    orderOf(participantId, (items[0] as WrittenItem).orderId, items),
  )
}
