import { sql } from 'kysely'
import { isPaused, type Rupiah, secondsAfter, type Work } from '../kernel/index.ts'
import { credit, debit, post } from '../ledger/index.ts'

/** A refund on its way to the provider. */
export interface SentRefund {
  id: string
  code: string
  amountIdr: Rupiah
  reason: string
  attempt: number
  invoiceId: string
  providerRefundId: string | null
  submittedAt: Date
  /** This attempt was sent before, and nobody knows what became of that call. */
  isRepeat: boolean
}

/** Longer than the call can take: nobody else sends the same refund meanwhile. */
const CALL_S = 60
const PAUSED_S = 60

/** The provider's own name for an attempt: a new one only after a definite no. */
export const referenceOf = ({ code, attempt }: Pick<SentRefund, 'code' | 'attempt'>) => `${code}-${attempt}`

/**
 * Takes refunds to be sent or asked about, each by one worker at a time: approved ones move to submitted, failed ones
 * to their next attempt, with their postings; those submitted whose answer is outstanding stay as they are. Any other
 * state is left out, so a job that comes twice does nothing.
 */
export async function claimRefunds(work: Work, refundIds: readonly string[]): Promise<SentRefund[]> {
  if (refundIds.length === 0) return []
  if (await isPaused(work.tx, 'xendit')) {
    await postpone(work, refundIds)
    return []
  }
  const { rows } = await sql<Omit<SentRefund, 'isRepeat'> & { before: string }>`
    with due as (
      select r.id, r.status, r.attempt, coalesce(q.provider_invoice_id, p.provider_invoice_id) as invoice_id
      from refunds r left join payments p on p.id = r.payment_id left join quarantined_money q on q.id = r.quarantine_id
      where r.id = any(${refundIds}::uuid[]) and r.destination = 'source' and (
        r.status = 'approved' or (r.status in ('failed', 'submitted') and r.next_check_at <= ${work.now}))
      order by r.id for no key update of r
    )
    update refunds r set status = 'submitted', next_check_at = ${secondsAfter(work.now, CALL_S)},
      attempt = case due.status when 'failed' then r.attempt + 1 else r.attempt end,
      submitted_at = case due.status when 'submitted' then r.submitted_at else ${work.now}::timestamptz end,
      provider_refund_id = case due.status when 'failed' then null else r.provider_refund_id end
    from due where r.id = due.id
    returning r.id, r.code, r.amount_idr, r.reason, r.attempt, due.invoice_id, r.provider_refund_id, r.submitted_at,
      due.status as before`.execute(work.tx)
  const sent = rows.filter((row) => row.before !== 'submitted')
  await post(
    work,
    sent.map(({ id, attempt, amountIdr }) => ({
      key: `refund:${id}:submitted:${attempt}`,
      kind: 'refund.submitted',
      subject: ['refund', id],
      entries: [debit('refunds-payable', amountIdr), credit('refunds-in-flight', amountIdr)],
    })),
  )
  return rows.map(({ before, ...refund }) => ({ ...refund, isRepeat: before === 'submitted' }))
}

async function postpone(work: Work, refundIds: readonly string[]): Promise<void> {
  await sql`
    update refunds set next_check_at = ${secondsAfter(work.now, PAUSED_S)}
    where id = any(${refundIds}::uuid[]) and status in ('approved', 'failed', 'submitted') and next_check_at is not null`.execute(
    work.tx,
  )
}
