import { sql } from 'kysely'
import type { Rupiah, Work } from '../../kernel/index.ts'
import { balanceIdr, debit, type Entry, factoryAccount } from '../../ledger/index.ts'
import { paymentErrors } from '../errors.ts'
import { dimensionsOf, fundsOf } from '../escrow/funds.ts'
import type { LockedPayment } from '../payments/lock.ts'
import { itemShares, postedItems } from './item-shares.ts'
import { buyersLeft, isPlain, leftOf, requireRefundable } from './rules.ts'

/**
 * Returns the ledger debits that pay for a refund by staff. The caller has locked the rows of the payment and
 * of its order or session. If the factory bears the refund, the money comes from the order's account before
 * delivery. After delivery, it comes from the factory's share and the commission, in proportion to both.
 * Money in escrow cannot be refunded in this way. It is refunded only in full, when the buyer leaves or the
 * session is cancelled.
 * @throws payment.not_refundable, in_escrow, cancel_instead, over_refunded
 */
export async function refundDebits(
  work: Work,
  payment: LockedPayment,
  amountIdr: Rupiah,
  borneBy: 'factory' | 'company',
): Promise<Entry[]> {
  const { id, code, participantId, orderId } = payment
  const dimensions = dimensionsOf(payment)
  requireRefundable(payment, amountIdr, isPlain(payment) ? leftOf(payment) : buyersLeft(payment))
  const key = participantId ? `participant:${participantId}:released` : `order:${orderId}:earned`
  const { rows } = await sql`select from ledger_transactions where key = ${key}`.execute(work.tx)
  if (rows.length === 0) {
    if (participantId) throw paymentErrors.in_escrow({ paymentId: id, code })
    const heldIdr = Math.min(leftOf(payment), await balanceIdr(work.tx, fundsOf(payment)))
    if (amountIdr >= heldIdr) throw paymentErrors.cancel_instead({ paymentId: id, code, heldIdr })
  }
  if (borneBy === 'company') return [debit('subsidy', amountIdr, dimensions)]
  if (rows.length === 0) return [debit(fundsOf(payment), amountIdr, dimensions)]
  const sold = await postedItems(
    work.tx,
    sql`
    select e.order_item_id from ledger_transactions t join ledger_entries e on e.transaction_id = t.id where t.key = ${key}`,
  )
  const { items, companyIdr } = itemShares(sold, amountIdr)
  const goods = items.flatMap(({ orderItemId, factoryId, factoryIdr, commissionIdr }) => {
    const about = { orderItemId, factoryId, sessionId: payment.sessionId }
    return [debit(factoryAccount(factoryId), factoryIdr, about), debit('commission', commissionIdr, about)]
  })
  return [...goods, debit('subsidy', companyIdr, dimensions)]
}
