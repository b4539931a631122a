import { sql } from 'kysely'
import { type Rupiah, rupiah, type Work } from '../../kernel/index.ts'
import { debit, type Entry } from '../../ledger/index.ts'
import { lockPricedParcel, lowerFee, type PricedParcel } from '../../logistics/index.ts'
import { type LockedOrder, lockOrderAndPayments } from '../lock.ts'
import { keptFor, refundOrder } from '../refunds/order-money.ts'

/**
 * Trues up an order's shipping fee that was an estimate, once its courier has said a price. The buyer gets
 * what the courier takes less, and the fee is the courier's price from then on. What it takes more is the
 * company's: nobody pays more after the fact. Once an order; where it was cancelled or refunded meanwhile,
 * all of its fee went back already.
 */
export async function trueUpFee(work: Work, orderId: string): Promise<void> {
  const { order, payments } = await lockOrderAndPayments(work.tx, orderId)
  const parcel = order.feeOpen ? await lockPricedParcel(work.tx, orderId) : undefined
  if (!parcel) return
  const kept = keptFor(order, payments)
  const tooMuchIdr = Math.max(0, order.shippingIdr - parcel.priceIdr)
  const isOver = order.status === 'cancelled' || order.status === 'refunded'
  const backIdr = kept && !isOver ? Math.min(tooMuchIdr, kept.leftIdr) : 0
  if (kept && backIdr > 0) {
    const from = await feeFrom(work, order, parcel, backIdr)
    const { paymentId } = kept
    await refundOrder(work, {
      key: `order:${orderId}:fee_trued`,
      paymentId,
      amountIdr: rupiah(backIdr),
      reason: 'fee_trued',
      from,
    })
    // The parcel takes its fee out of shipping when it is over; one that is over has taken it.
    if (parcel.marginIdr === null) await lowerFee(work, parcel.id, rupiah(backIdr))
  }
  await sql`
    update orders set fee_trued_at = ${work.now}, shipping_idr = shipping_idr - ${backIdr}, total_idr = total_idr - ${backIdr},
      updated_at = ${work.now}
    where id = ${orderId}`.execute(work.tx)
}

/**
 * Returns the entry that debits the account where the fee lies. The fee lies with what the order holds, until
 * that is earned; then in shipping; and in the parcel's margin once the parcel is over.
 */
async function feeFrom(
  work: Work,
  { id, userId, sessionId }: LockedOrder,
  { marginIdr }: PricedParcel,
  amountIdr: Rupiah,
): Promise<Entry[] | undefined> {
  const about = { userId, sessionId }
  if (marginIdr !== null) return [debit('shipping-margin', amountIdr, about)]
  if (sessionId) return [debit('shipping', amountIdr, about)]
  const { rows } = await sql`
    select from ledger_transactions where key = ${`order:${id}:earned`}`.execute(work.tx)
  return rows.length > 0 ? [debit('shipping', amountIdr, about)] : undefined
}
