import { sql } from 'kysely'
import type { EventOf, Rupiah, Work } from '../../kernel/index.ts'
import {
  credit,
  debit,
  type Entry,
  factoryAccount,
  orderFunds,
  type Posting,
  post,
} from '../../ledger/index.ts'
import { type Shares, type SoldItem, sharesOf } from '../rules.ts'

/**
 * Reaction to order.delivered: posts the money of a direct order as earned. The money of a session's order
 * was posted before, when the session's escrow was released.
 */
export async function earnDelivered(work: Work, events: EventOf<'order.delivered'>[]): Promise<void> {
  await earnOrders(
    work,
    events.map((event) => event.payload.orderId),
  )
}

interface Held {
  id: string
  userId: string
  shippingIdr: Rupiah
  heldIdr: Rupiah
  items: SoldItem[]
}

/**
 * Posts the money of direct orders as earned. The factories get their share of the goods' price; laku gets
 * the commission and the shipping fee. Each order gets one ledger transaction (`order:{id}:earned`). Orders
 * whose money was earned or refunded before are left out. The caller has locked the orders' rows.
 */
export async function earnOrders(work: Work, orderIds: readonly string[]): Promise<void> {
  if (orderIds.length === 0) return
  const { rows } = await sql<Held>`
    select o.id, o.user_id, o.shipping_idr, b.balance_idr as held_idr, (
        select jsonb_agg(jsonb_build_object('id', i.id, 'factoryId', i.factory_id, 'totalIdr', i.total_idr,
          'commissionBps', i.commission_bps) order by i.id)
        from order_items i where i.order_id = o.id
      ) as items
    from orders o
    join ledger_accounts a on a.key = 'order-funds:' || o.id
    join ledger_balances b on b.account_id = a.id
    where o.id = any(${[...orderIds]}::uuid[]) and o.session_id is null and b.balance_idr > 0
    order by o.id`.execute(work.tx)
  await post(work, rows.map(postingOf))
}

function postingOf({ id, userId, heldIdr, items, shippingIdr }: Held): Posting {
  const shares = sharesOf(items, { shippingIdr, heldIdr })
  return {
    key: `order:${id}:earned`,
    kind: 'order.earned',
    subject: ['order', id],
    entries: [debit(orderFunds(id), heldIdr, { userId }), ...creditsOf(shares, userId)],
  }
}

function creditsOf({ items, shippingIdr }: Shares, userId: string): Entry[] {
  const goods = items.flatMap(({ orderItemId, factoryId, goodsIdr, commissionIdr }) => {
    const sold = { orderItemId, factoryId }
    return [
      credit(factoryAccount(factoryId), goodsIdr - commissionIdr, sold),
      credit('commission', commissionIdr, sold),
    ]
  })
  return [...goods, credit('shipping', shippingIdr, { userId })]
}
