import { type Rupiah, sumIdr, type Work } from '../../kernel/index.ts'
import {
  balanceIdr,
  credit,
  debit,
  type Entry,
  factoryAccount,
  orderFunds,
  post,
} from '../../ledger/index.ts'
import type { LimitedKind, LimitUse } from '../../ops/index.ts'
import { decideRefunds, leftOf, type OrderPayment } from '../../payment/index.ts'
import type { LockedOrder } from '../lock.ts'
import { returnableItems } from '../returns/items.ts'

/** The payment that an order's money is on, and what is left of it for the order. */
export interface KeptMoney {
  paymentId: string
  leftIdr: Rupiah
}

/**
 * Returns what is left for an order of its locked payments. This is at most the order's total, because what
 * was paid twice went back already.
 */
export function keptFor(order: LockedOrder, payments: readonly OrderPayment[]): KeptMoney | undefined {
  const left = payments
    .filter(({ status }) => status === 'paid' || status === 'partially_refunded')
    .map((payment) => ({
      paymentId: payment.id,
      leftIdr: Math.min(order.totalIdr, leftOf(payment)),
    }))
    .sort((a, b) => b.leftIdr - a.leftIdr)
  return left[0] && left[0].leftIdr > 0 ? left[0] : undefined
}

/** How it counts that the buyer of an order is given so much. */
export const giftOf = (
  kind: LimitedKind,
  { id, userId }: Pick<LockedOrder, 'id' | 'userId'>,
  amountIdr: Rupiah,
  subject: LimitUse['subject'] = ['order', id],
): LimitUse => ({ kind, subject, receiver: `user:${userId}`, amountIdr })

export type OrderRefundReason =
  | 'order_cancelled'
  | 'order_undeliverable'
  | 'parcel_lost'
  | 'order_returned'
  | 'fee_trued'

/**
 * Decides one refund of an order, once by its key; `from` says whose money it is where it has left the
 * order's funds.
 */
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

export interface GoodsMoney {
  orderItemId: string
  factoryId: string
  goodsIdr: Rupiah
  commissionIdr: Rupiah
}

type Owner = Pick<LockedOrder, 'sessionId' | 'userId'>

/**
 * The debits of a refund of so much: what these goods have with their factories and in the commission is
 * taken back, and the company pays the rest. Where that is more than the buyer gets, who was given a part of
 * it before, it comes back to the company.
 */
export function takeBack(goods: readonly GoodsMoney[], refundIdr: Rupiah, owner: Owner): Entry[] {
  const { sessionId, userId } = owner
  const entries = goods.flatMap(({ orderItemId, factoryId, goodsIdr, commissionIdr }): Entry[] => {
    const about = { orderItemId, factoryId, sessionId }
    return [
      debit(factoryAccount(factoryId), goodsIdr - commissionIdr, about),
      debit('commission', commissionIdr, about),
    ]
  })
  const goodsIdr = sumIdr(goods.map((goodsMoney) => goodsMoney.goodsIdr))
  return [...entries, debit('subsidy', refundIdr - goodsIdr, { sessionId, userId })]
}

/** Returns what an order's goods have with their factories and in the commission now. */
export async function postedGoods(work: Work, orderId: string): Promise<GoodsMoney[]> {
  const items = await returnableItems(work.tx, orderId)
  return [...items.values()].map(({ id: orderItemId, ...item }) => ({ orderItemId, ...item }))
}

/**
 * Posts what is taken back of goods that are here again and whose buyer had all of the money before, once by
 * its key: the goods are not their factory's to be paid for, whoever bore that refund. Nothing where nothing
 * is left of them.
 */
export async function postTakenBack(
  work: Work,
  { key, orderId, entries }: { key: string; orderId: string; entries: Entry[] },
): Promise<void> {
  if (entries.every((entry) => entry.amountIdr === 0)) return
  await post(work, [{ key, kind: 'order.taken_back', subject: ['order', orderId], entries }])
}

/**
 * Gives the company back what a direct order that came to nothing still holds beyond `keptIdr`. The company
 * bore a refund of that order before its delivery. This happens once an order.
 */
export async function returnBorne(work: Work, order: LockedOrder, keptIdr: Rupiah): Promise<void> {
  const { id, userId, sessionId } = order
  if (sessionId) return
  const borneIdr = (await balanceIdr(work.tx, orderFunds(id))) - keptIdr
  if (borneIdr <= 0) return
  const entries = [debit(orderFunds(id), borneIdr, { userId }), credit('subsidy', borneIdr, { userId })]
  await post(work, [
    { key: `order:${id}:borne_back`, kind: 'order.borne_back', subject: ['order', id], entries },
  ])
}
