import { sql } from 'kysely'
import { inSql, moveState, type Rupiah, type Work } from '../../kernel/index.ts'
import { type PaymentStatus, paidStates, paymentMachine, ungrantedRefundStates } from '../transitions.ts'

export interface Returned {
  paymentId: string
  /** The sum of the refunds and rebates decided for the payment. */
  returnedIdr: Rupiah
  /** The sum of the payment's refunds that have succeeded. */
  refundedIdr: Rupiah
}

/**
 * Adds returned sums to the totals of their payments; the caller has locked the payments' rows. A payment
 * with a refund that has succeeded becomes partially_refunded, or refunded if everything but rebates was
 * refunded. The database refuses a total above the payment's amount.
 */
export async function recordReturned(work: Work, returned: readonly Returned[]): Promise<void> {
  if (returned.length === 0) return
  const sums = new Map<string, Returned>()
  for (const item of returned) {
    const sum = sums.get(item.paymentId) ?? { paymentId: item.paymentId, returnedIdr: 0, refundedIdr: 0 }
    sum.returnedIdr += item.returnedIdr
    sum.refundedIdr += item.refundedIdr
    sums.set(item.paymentId, sum)
  }
  // The returned sum contains refunds and rebates. So the payment's rebate is the returned sum less the sum
  // of all refunds.
  await moveState(work, paymentMachine, {
    to: sql<PaymentStatus>`case
      when r.refunded_idr = 0 then t.status
      when t.refunded_idr + r.refunded_idr + (t.returned_idr + r.returned_idr - d.decided_idr) = t.amount_idr then 'refunded'
      else 'partially_refunded' end`,
    from: paidStates,
    stays: true,
    rows: [...sums.values()].map(({ paymentId: id, ...some }) => ({ id, ...some })),
    set: {
      returnedIdr: sql`t.returned_idr + r.returned_idr`,
      refundedIdr: sql`t.refunded_idr + r.refunded_idr`,
    },
    using: sql`lateral (
      select coalesce(sum(amount_idr), 0) as decided_idr from refunds
      where payment_id = r.id and quarantine_id is null and status not in ${inSql(ungrantedRefundStates)}
    ) d`,
  })
}

/**
 * Adds refunds that have succeeded to the totals of their payments; the caller has locked the payments' rows.
 * If a refund returned quarantined money (such as a wrong amount), the payment that is in review because of
 * that money ends.
 */
export async function recordRefunded(
  work: Work,
  refunds: readonly { paymentId: string | null; quarantineId: string | null; amountIdr: Rupiah }[],
): Promise<void> {
  await recordReturned(
    work,
    refunds.flatMap(({ paymentId, quarantineId, amountIdr }) =>
      paymentId && !quarantineId ? [{ paymentId, returnedIdr: 0, refundedIdr: amountIdr }] : [],
    ),
  )
  const quarantineIds = refunds.flatMap(({ quarantineId }) => quarantineId ?? [])
  if (quarantineIds.length === 0) return
  await moveState(work, paymentMachine, {
    to: 'refunded',
    from: 'review',
    using: sql`quarantined_money q`,
    where: sql`q.id = any(${quarantineIds}::uuid[]) and q.kind = 'wrong_amount' and t.id = q.payment_id`,
  })
}
