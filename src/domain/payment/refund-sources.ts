import { sql } from 'kysely'
import type { Rupiah, Work } from '../kernel/index.ts'
import { balanceIdr, debit, type Entry, factoryAccount } from '../ledger/index.ts'
import { paymentErrors } from './errors.ts'
import { dimensionsOf, fundsOf } from './funds.ts'
import type { LockedPayment } from './lock-payments.ts'
import { type PostedShare, refundShares } from './refund-shares.ts'
import { splitRefund } from './rules.ts'

/**
 * The debits that pay for a refund by staff of a locked payment. Before the money has moved on it comes out of the order's funds (and
 * out of escrow not at all: a place is refunded whole, by leaving or cancelling); after that from the factory and the commission, as they
 * got it and less what was refunded before; or, where staff say so, all of it from the company.
 * What their card's issuer took back, or the company put to a payment that came short, no staff gives a buyer as a refund.
 * @throws payment.in_escrow, payment.cancel_instead, payment.over_refunded
 */
export async function refundSources(
  work: Work,
  payment: LockedPayment,
  amountIdr: Rupiah,
  borneBy: 'factory' | 'company',
): Promise<Entry[]> {
  const { id, code, participantId, orderId } = payment
  const dimensions = dimensionsOf(payment)
  const key = participantId ? `participant:${participantId}:released` : `order:${orderId}:earned`
  const { rows } = await sql`select from ledger_transactions where key = ${key}`.execute(work.tx)
  const { buyerIdr } = splitRefund({ ...payment, returnedIdr: 0 }, payment.amountIdr)
  const leftIdr = Math.max(0, buyerIdr - payment.returnedIdr)
  if (buyerIdr < payment.amountIdr && amountIdr > leftIdr)
    throw paymentErrors.over_refunded({ paymentId: id, code, amountIdr, leftIdr })
  if (rows.length === 0) {
    if (participantId) throw paymentErrors.in_escrow({ paymentId: id, code })
    const heldIdr = await balanceIdr(work.tx, fundsOf(payment))
    if (amountIdr >= heldIdr) throw paymentErrors.cancel_instead({ paymentId: id, code, heldIdr })
    return [debit(fundsOf(payment), amountIdr, dimensions)]
  }
  if (borneBy === 'company') return [debit('subsidy', amountIdr, dimensions)]
  const { items, companyIdr } = refundShares(await postedShares(work, key), amountIdr)
  const goods = items.flatMap(({ orderItemId, factoryId, factoryIdr, commissionIdr }) => {
    const about = { orderItemId, factoryId, sessionId: payment.sessionId }
    return [debit(factoryAccount(factoryId), factoryIdr, about), debit('commission', commissionIdr, about)]
  })
  return [...goods, debit('subsidy', companyIdr, dimensions)]
}

/** What the release posted for each item, less what refunds took of it since; what settlements paid out stays the factory's to give back. */
async function postedShares(work: Work, key: string): Promise<PostedShare[]> {
  const { rows } = await sql<PostedShare>`
    with items as (
      select distinct e.order_item_id, e.factory_id
      from ledger_transactions t join ledger_entries e on e.transaction_id = t.id
      where t.key = ${key} and e.order_item_id is not null
    )
    select i.order_item_id, i.factory_id,
      coalesce(-sum(e.amount_idr) filter (where a.key like 'factory:%'), 0)::int8 as factory_idr,
      coalesce(-sum(e.amount_idr) filter (where a.key = 'commission'), 0)::int8 as commission_idr
    from items i
    join ledger_entries e on e.order_item_id = i.order_item_id
    join ledger_transactions t on t.id = e.transaction_id and (t.key = ${key} or t.subject_kind = 'refund' or t.kind = 'order.taken_back')
    join ledger_accounts a on a.id = e.account_id
    group by i.order_item_id, i.factory_id order by i.order_item_id`.execute(work.tx)
  return rows
}
