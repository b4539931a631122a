import { sql } from 'kysely'
import { type Rupiah, rupiah, type Work } from '../../kernel/index.ts'
import { debit, type Entry } from '../../ledger/index.ts'
import { lockPricedParcel, lowerFee, type PricedParcel } from '../../logistics/index.ts'
import { type LockedOrder, lockOrderAndPayments } from '../lock.ts'
import { keptFor, refundOrder } from '../refunds/order-money.ts'
import { refundedInFullStates } from '../transitions.ts'

/**
 * Corrects an order's estimated shipping fee, once, when its courier has named a price. If the estimate was
 * too high, the buyer is refunded the difference. If it was too low, the company pays the difference. An
 * order that was cancelled or refunded needs no refund here.
 */
export async function trueUpFee(work: Work, orderId: string): Promise<void> {
  const { order, payments } = await lockOrderAndPayments(work.tx, orderId)
  const parcel = order.feeOpen ? await lockPricedParcel(work.tx, orderId) : undefined
  if (!parcel) return
  const kept = keptFor(order, payments)
  const tooMuchIdr = Math.max(0, order.shippingIdr - parcel.priceIdr)
  const isOver = refundedInFullStates.includes(order.status)
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
    // At the end of the parcel's journey, the parcel's fee is moved out of the account `shipping`, and the
    // margin is posted. If no margin is posted yet, the fee is still to be moved. So the fee is lowered now.
    if (parcel.marginIdr === null) await lowerFee(work, parcel.id, rupiah(backIdr))
  }
  await sql`
    update orders set fee_trued_at = ${work.now}, shipping_idr = shipping_idr - ${backIdr}, total_idr = total_idr - ${backIdr},
      updated_at = ${work.now}
    where id = ${orderId}`.execute(work.tx)
}

/**
 * Returns the ledger entry that takes a refund out of the account in which the order's shipping fee is now.
 * At first the fee is in the order's own account; the result is then undefined. Once the order's money is
 * earned or released, the fee is in `shipping`. After the parcel's journey, it is in `shipping-margin`.
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
