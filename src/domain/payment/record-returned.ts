import { sql } from 'kysely'
import { asRecords, type Rupiah, type Work } from '../kernel/index.ts'

export interface Returned {
  paymentId: string
  /** Decided to go back, as a refund or a rebate. */
  returnedIdr: Rupiah
  /** Refunded for good. */
  refundedIdr: Rupiah
}

/**
 * Adds what goes back to locked payments, and moves those whose refunds have succeeded to partially_refunded or, when nothing
 * but rebates is left of them, to refunded. The row's CHECK refuses what would pass the amount.
 */
export async function recordReturned(work: Work, returned: readonly Returned[]): Promise<void> {
  if (returned.length === 0) return
  const sums = new Map<string, Returned>()
  for (const one of returned) {
    const sum = sums.get(one.paymentId) ?? { paymentId: one.paymentId, returnedIdr: 0, refundedIdr: 0 }
    sum.returnedIdr += one.returnedIdr
    sum.refundedIdr += one.refundedIdr
    sums.set(one.paymentId, sum)
  }
  // Of what has returned, all that no refund accounts for is rebate.
  await sql`
    update payments p set returned_idr = p.returned_idr + r.returned_idr, refunded_idr = p.refunded_idr + r.refunded_idr,
      status = case
        when r.refunded_idr = 0 then p.status
        when p.refunded_idr + r.refunded_idr + (p.returned_idr + r.returned_idr - d.decided_idr) = p.amount_idr then 'refunded'
        else 'partially_refunded' end
    from jsonb_to_recordset(${asRecords([...sums.values()])}::jsonb) as r(payment_id uuid, returned_idr bigint, refunded_idr bigint)
    cross join lateral (
      select coalesce(sum(amount_idr), 0) as decided_idr from refunds
      where payment_id = r.payment_id and quarantine_id is null and status not in ('requested', 'rejected')
    ) d
    where p.id = r.payment_id and p.status in ('paid', 'partially_refunded')`.execute(work.tx)
}

/** Adds refunds that have come to their end to their payments, locked; quarantined money ends the payment in review that it came for. */
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
  await sql`
    update payments p set status = 'refunded' from quarantined_money q
    where q.id = any(${quarantineIds}::uuid[]) and q.kind = 'wrong_amount' and p.id = q.payment_id and p.status = 'review'`.execute(
    work.tx,
  )
}
