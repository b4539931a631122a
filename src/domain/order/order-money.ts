import { sql } from 'kysely'
import { basisPoints, type Rupiah, type Work } from '../kernel/index.ts'
import { debit, type Entry, factoryAccount } from '../ledger/index.ts'
import { decideRefunds } from '../payment/index.ts'
import type { LockedOrder, OrderPayment } from './lock-orders.ts'

/** The payment that an order's money is on, and what is left of it for the order. */
export interface KeptMoney {
  paymentId: string
  leftIdr: Rupiah
}

/** What of its locked payments is still there for an order: at most its total, for what was paid twice went back already. */
export function keptFor(order: LockedOrder, payments: readonly OrderPayment[]): KeptMoney | undefined {
  const left = payments
    .filter(({ status }) => status === 'paid' || status === 'partially_refunded')
    .map((payment) => ({
      paymentId: payment.id,
      leftIdr: Math.min(order.totalIdr, payment.amountIdr - payment.returnedIdr),
    }))
    .sort((a, b) => b.leftIdr - a.leftIdr)
  return left[0] && left[0].leftIdr > 0 ? left[0] : undefined
}

export type OrderRefundReason = 'order_cancelled' | 'order_undeliverable' | 'parcel_lost' | 'order_returned'

/** Decides one refund of an order, once by its key; `from` says whose money it is where it has left the order's funds. */
export async function refundOrder(
  work: Work,
  refund: {
    key: string
    paymentId: string
    amountIdr: Rupiah
    reason: OrderRefundReason
    from?: Entry[] | undefined
  },
): Promise<void> {
  const { from, ...decision } = refund
  await decideRefunds(work, [from ? { ...decision, from } : decision])
}

interface Item {
  id: string
  factoryId: string
  totalIdr: Rupiah
  commissionBps: number
}

/** Where the release put the price of an order's goods: its factories, and the commission. */
export async function releasedGoods(work: Work, order: LockedOrder): Promise<Entry[]> {
  const { rows } = await sql<Item>`
    select id, factory_id, total_idr, commission_bps from order_items where order_id = ${order.id} order by id
  `.execute(work.tx)
  const { sessionId } = order
  return rows.flatMap(({ id, factoryId, totalIdr, commissionBps }) => {
    const commissionIdr = basisPoints(totalIdr, commissionBps)
    const about = { orderItemId: id, factoryId, sessionId }
    return [
      debit(factoryAccount(factoryId), totalIdr - commissionIdr, about),
      debit('commission', commissionIdr, about),
    ]
  })
}
