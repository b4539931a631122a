import { sql } from 'kysely'
import { statesBefore, type Work } from '../kernel/index.ts'
import { lockPayments } from './lock-payments.ts'
import { paymentTransitions } from './transitions.ts'
import { type Payment, subjectOf } from './views.ts'

function emitExpired(work: Work, payments: readonly Payment[]): void {
  for (const payment of payments) {
    work.emit({ type: 'payment.expired', aggregate: ['payment', payment.id], payload: subjectOf(payment) })
  }
}

/**
 * Ends payments that nobody can pay any more; what they paid for follows payment.expired. Those that are no longer
 * pending stay as they are. Returns the ids that ended now. The provider must have been asked where an invoice exists.
 */
export async function expirePayments(work: Work, paymentIds: readonly string[]): Promise<string[]> {
  if (paymentIds.length === 0) return []
  const locked = await lockPayments(work.tx, paymentIds)
  const before = statesBefore(paymentTransitions, 'expired')
  const open = [...locked.values()].filter((payment) => before.includes(payment.status))
  await sql`
    update payments set status = 'expired'
    where id = any(${open.map((one) => one.id)}::uuid[]) and status = any(${before})`.execute(work.tx)
  emitExpired(work, open)
  return open.map((one) => one.id)
}

/**
 * Ends up to `limit` payments whose time is up and whose link was never opened: no invoice exists, so nobody needs
 * to be asked. Returns how many ended.
 */
export async function expireUnopened(work: Work, limit: number): Promise<number> {
  const { rows } = await sql<Payment>`
    update payments p set status = 'expired'
    from (
      select id from payments
      where status = 'pending' and next_check_at <= ${work.now} and expires_at <= ${work.now} and invoice_requested_at is null
      order by next_check_at limit ${limit} for no key update skip locked
    ) due
    where p.id = due.id and p.status = 'pending'
    returning p.id, p.code, p.user_id, p.session_id, p.participant_id, p.order_id, p.amount_idr, p.method, p.status, p.expires_at
  `.execute(work.tx)
  emitExpired(work, rows)
  return rows.length
}

/** Ends those of these payments whose link was never opened, before their time: nobody waits for them. */
export async function expireWithdrawn(work: Work, paymentIds: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from payments
    where id = any(${paymentIds}::uuid[]) and status = 'pending' and invoice_requested_at is null
    order by id for no key update`.execute(work.tx)
  return await expirePayments(
    work,
    rows.map((row) => row.id),
  )
}
