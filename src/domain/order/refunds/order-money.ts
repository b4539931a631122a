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
import { decideRefunds, leftOf, type OrderPayment, paidStates } from '../../payment/index.ts'
import type { LockedOrder } from '../lock.ts'
import { returnableItems } from '../returns/items.ts'

/**
 * The payment from which an order's buyer can be refunded, and the amount that can still be refunded from it.
 */
export interface KeptMoney {
  paymentId: string
  leftIdr: Rupiah
}

/**
 * Returns the payment of an order from which the largest amount can still be refunded; undefined if nothing
 * can be refunded. The amount is at most the order's total. Anything above that total was a double payment,
 * and has a refund of its own.
 */
export function keptFor(order: LockedOrder, payments: readonly OrderPayment[]): KeptMoney | undefined {
  const left = payments
    .filter(({ status }) => paidStates.includes(status))
    .map((payment) => ({
      paymentId: payment.id,
      leftIdr: Math.min(order.totalIdr, leftOf(payment)),
    }))
    .sort((a, b) => b.leftIdr - a.leftIdr)
  return left[0] && left[0].leftIdr > 0 ? left[0] : undefined
}

/**
 * Builds the record by which a refund to an order's buyer is counted: money that the acting person gives
 * away. The caller counts it towards that person's limits.
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
 * Decides one refund of an order; `key` prevents a second refund for the same cause. `from` lists the ledger
 * debits that pay for the refund, if the money is no longer on the order's own account.
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
 * Returns the ledger debits that pay for a refund. The price of the goods is taken out of the factories'
 * accounts and the account `commission`. The company pays the rest of the refund. If the refund is smaller
 * than that price, because of an earlier refund, the company gets the difference.
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
 * Returns, for each item of an order, the sums that were posted to its factory's account and to the account
 * `commission` so far. The sums that were taken back are subtracted.
 */
export async function postedGoods(work: Work, orderId: string): Promise<GoodsMoney[]> {
  const items = await returnableItems(work.tx, orderId)
  return [...items.values()].map(({ id: orderItemId, ...item }) => ({ orderItemId, ...item }))
}

/**
 * Takes the money for returned goods out of the factories' accounts and the account `commission`, if the
 * buyer was refunded before. `key` prevents a second posting. Posts nothing if every entry is 0.
 */
export async function postTakenBack(
  work: Work,
  { key, orderId, entries }: { key: string; orderId: string; entries: Entry[] },
): Promise<void> {
  if (entries.every((entry) => entry.amountIdr === 0)) return
  await post(work, [{ key, kind: 'order.taken_back', subject: ['order', orderId], entries }])
}

/**
 * Moves the money that is left on a direct order's account to the company, except `keptIdr`. The company had
 * paid the same sum towards a refund before delivery. It gets the sum back, because the order has ended
 * without a sale.
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
