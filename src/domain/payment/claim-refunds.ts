import { sql } from 'kysely'
import { isPaused, moveState, type Rupiah, secondsAfter, type Work } from '../kernel/index.ts'
import { credit, debit, post } from '../ledger/index.ts'
import { refundMachine } from './transitions.ts'

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
  const rows = await moveState(work, refundMachine, {
    to: 'submitted',
    stays: true,
    set: {
      nextCheckAt: secondsAfter(work.now, CALL_S),
      attempt: sql`case due.status when 'failed' then t.attempt + 1 else t.attempt end`,
      submittedAt: sql`case due.status when 'submitted' then t.submitted_at else ${work.now}::timestamptz end`,
      providerRefundId: sql`case due.status when 'failed' then null else t.provider_refund_id end`,
    },
    with: sql`due as (
      select r.id, r.status, r.attempt, coalesce(q.provider_invoice_id, p.provider_invoice_id) as invoice_id
      from refunds r left join payments p on p.id = r.payment_id left join quarantined_money q on q.id = r.quarantine_id
      where r.id = any(${refundIds}::uuid[]) and r.destination = 'source' and (
        r.status = 'approved' or (r.status in ('failed', 'submitted') and r.next_check_at <= ${work.now}))
      order by r.id for no key update of r
    )`,
    using: sql`due`,
    where: sql`due.id = t.id`,
    returning: sql<Omit<SentRefund, 'isRepeat'> & { before: string }>`
      t.id, t.code, t.amount_idr, t.reason, t.attempt, due.invoice_id, t.provider_refund_id, t.submitted_at,
      due.status as before`,
  })
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
