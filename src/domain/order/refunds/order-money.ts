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

/** The payment that holds an order's money, and the amount of it that can still be refunded. */
export interface KeptMoney {
  paymentId: string
  leftIdr: Rupiah
}

/**
 * Returns the locked payment of an order with the most money left to refund. The amount is at most the
 * order's total, because double payments were refunded already.
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

/**
 * Returns a limit use: it counts a gift of `amountIdr` to an order's buyer towards the limits on giving away
 * money.
 */
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
 * Decides one refund of an order; the key makes it happen only once. `from` lists the debits that pay for the
 * refund once the money has left the order's funds.
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
 * Returns the debits of a refund of `refundIdr`. The price of the goods is taken back from the factories and
 * the commission, and the company pays the rest. If an earlier refund already gave the buyer a part, the
 * price can exceed this refund: the company then gets the excess.
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

/**
 * Returns, for each item of an order, the money that its factory and the commission account hold for it now.
 */
export async function postedGoods(work: Work, orderId: string): Promise<GoodsMoney[]> {
  const items = await returnableItems(work.tx, orderId)
  return [...items.values()].map(({ id: orderItemId, ...item }) => ({ orderItemId, ...item }))
}

/**
 * Posts the money taken back from factories and the commission for returned goods whose buyer was already
 * refunded in full; the key makes it happen once. The factory is not paid for these goods, whoever paid that
 * refund. Posts nothing if every entry is 0.
 */
export async function postTakenBack(
  work: Work,
  { key, orderId, entries }: { key: string; orderId: string; entries: Entry[] },
): Promise<void> {
  if (entries.every((entry) => entry.amountIdr === 0)) return
  await post(work, [{ key, kind: 'order.taken_back', subject: ['order', orderId], entries }])
}

/**
 * Returns to the company the money beyond `keptIdr` in the funds of a direct order that ended without a sale.
 * Happens once an order. That money is the company's: it paid a refund of the order before delivery.
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
