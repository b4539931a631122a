import { sql } from 'kysely'
import { inSql, moveState, type Rupiah, type Work } from '../../kernel/index.ts'
import { waitingSuspenseStates } from '../../suspense/index.ts'
import { paymentErrors } from '../errors.ts'
import { type LockedPayment, lockWholly } from '../payments/lock.ts'
import { quarantineMachine } from '../transitions.ts'
import type { UnappliedKind } from './quarantine.ts'

export interface LockedUnapplied {
  id: string
  kind: UnappliedKind
  paymentId: string | null
  providerInvoiceId: string
  channel: string | null
  providerPaymentId: string | null
  providerPaymentRequestId: string | null
  paymentSource: string | null
  paidAt: Date
  /** The sum that waits in quarantine, without the part that was charged back. */
  amountIdr: Rupiah
}

/**
 * Locks money that waits in quarantine (such as a wrong amount). The payment for which it came and the
 * payment `paymentId` are locked before it, in the same order as in all other code.
 * @throws payment.not_in_quarantine, payment.quarantine_decided
 */
export async function lockQuarantined(
  work: Work,
  id: string,
  paymentId?: string,
): Promise<{ unapplied: LockedUnapplied; payments: Map<string, LockedPayment> }> {
  const { rows: found } = await sql<{ paymentId: string | null }>`
    select payment_id from quarantined_money where id = ${id}::uuid`.execute(work.tx)
  const [known] = found
  if (!known) throw paymentErrors.not_in_quarantine({ id })
  const payments = await lockWholly(
    work.tx,
    [known.paymentId, paymentId].flatMap((value) => value ?? []),
  )
  const { rows } = await sql<LockedUnapplied & { status: string }>`
    select id, kind, payment_id, provider_invoice_id, channel, provider_payment_id, provider_payment_request_id, payment_source, paid_at,
      amount_idr - charged_back_idr as amount_idr, status
    from quarantined_money where id = ${id}::uuid for no key update`.execute(work.tx)
  const [row] = rows
  if (row?.status !== 'waiting') throw paymentErrors.quarantine_decided({ id, status: row?.status })
  const { status: _, ...unapplied } = row
  return { unapplied, payments }
}

/**
 * Refuses to give away quarantined money (which matches no payment) if it may have been charged back. That is
 * so if the suspense account (unexplained money) has an undecided chargeback of this money or of the payment
 * for which it came, or one of the same amount that belongs to no known payment. It is also so if a
 * chargeback of this money in Xendit's transaction list is not booked yet.
 * @throws payment.maybe_charged_back
 */
export async function requireNotChargedBack(work: Work, unapplied: LockedUnapplied): Promise<void> {
  const { id, paymentId, amountIdr, providerInvoiceId } = unapplied
  const { providerPaymentId, providerPaymentRequestId } = unapplied
  const { rows } = await sql<{ command: string }>`
    select 'laku suspense show ' || id as command from suspense_items
    where kind = 'chargeback' and status in ${inSql(waitingSuspenseStates)}
      and (subject_id is null and amount_idr = ${amountIdr}
        or subject_id in (${id}::uuid, ${paymentId}::uuid) and amount_idr > 0)
    union all
    select 'laku payments book ' || id from provider_lines
    where type = 'CHARGEBACK' and (line ->> 'paymentLinkId' = ${providerInvoiceId}
      or line ->> 'productId' in (${providerInvoiceId}, ${providerPaymentId}, ${providerPaymentRequestId}))
    limit 1`.execute(work.tx)
  if (rows[0]) throw paymentErrors.maybe_charged_back({ amountIdr, command: rows[0].command })
}

/**
 * Records the decision about money in quarantine, whose row is locked. The state changes by compare-and-set,
 * so only one decision is recorded.
 */
export async function decideQuarantined(
  work: Work,
  { id, kind, paymentId, amountIdr }: LockedUnapplied,
  status: 'applied' | 'refunded',
  after: Record<string, unknown>,
): Promise<void> {
  const { actor } = work
  const by = actor.kind === 'customer' ? actor.id : actor.name
  const set = { decidedBy: by, decidedAt: work.now }
  const moved = await moveState(work, quarantineMachine, { to: status, ids: [id], set })
  if (moved.length === 0) throw paymentErrors.quarantine_decided({ id })
  work.audit({
    command: `payments quarantine ${status === 'applied' ? 'apply' : 'refund'}`,
    subject: ['quarantine', id],
    before: { status: 'waiting', kind, paymentId, amountIdr },
    after: { status, ...after },
  })
}
