import { sql } from 'kysely'
import { type Actor, moveState, statesBefore, type UnitOfWork, type Work } from '../../kernel/index.ts'
import { asideFor, isSetAside, sweepInOneOrEach } from '../../ops/index.ts'
import { paymentMachine, paymentTransitions } from '../transitions.ts'
import { type Payment, subjectOf } from '../views.ts'
import { isContradicted } from './contradict.ts'
import { lockPayments } from './lock.ts'

function emitExpired(work: Work, payments: readonly Payment[]): void {
  for (const payment of payments) {
    work.emit({ type: 'payment.expired', aggregate: ['payment', payment.id], payload: subjectOf(payment) })
  }
}

/**
 * Ends payments that can no longer be paid, and emits payment.expired. Leaves out payments that are paid
 * according to a webhook. If a payment has an invoice, the caller must have asked Xendit about it before.
 * Returns the ids of the payments that ended now.
 */
export async function expirePayments(work: Work, paymentIds: readonly string[]): Promise<string[]> {
  if (paymentIds.length === 0) return []
  const locked = await lockPayments(work.tx, paymentIds)
  const before = statesBefore(paymentTransitions, 'expired')
  const open = [...locked.values()].filter(
    (payment) => before.includes(payment.status) && !isContradicted(payment),
  )
  const ids = open.map((payment) => payment.id)
  await moveState(work, paymentMachine, { to: 'expired', ids, all: true })
  emitExpired(work, open)
  return ids
}

/** The SQL condition that payment `p` has expired and its link was never opened. */
const isUnopened = (now: Date) =>
  sql`p.status = 'pending' and p.next_check_at <= ${now} and p.expires_at <= ${now} and p.invoice_requested_at is null`

/**
 * Ends up to `limit` expired payments whose link was never opened. They have no invoice, so Xendit need not
 * be asked. If one of them throws an error, each payment is ended in its own transaction. A payment that
 * throws again is left out for a while, with an attention item.
 */
export async function expireUnopened(
  context: { unitOfWork: UnitOfWork; actor: Actor },
  limit: number,
): Promise<void> {
  const due = await context.unitOfWork.run(context.actor, async ({ tx, now }) => {
    const { rows } = await sql<{ id: string; code: string }>`
      select p.id, p.code from payments p where ${isUnopened(now)} and not ${isSetAside(sql`p.id`, now)}
      order by p.next_check_at limit ${limit}`.execute(tx)
    return rows
  })
  await sweepInOneOrEach(
    context,
    due,
    (work, payments) =>
      endUnopened(
        work,
        payments.map((payment) => payment.id),
      ),
    async (work, { id, code }) =>
      asideFor(work, {
        subject: ['payment', id],
        what: `${code} has expired, and could not be ended`,
        command: `laku payments expire ${code}`,
      }),
  )
}

async function endUnopened(work: Work, ids: readonly string[]): Promise<void> {
  const rows = await moveState(work, paymentMachine, {
    to: 'expired',
    using: sql`(
      select p.id from payments p where p.id = any(${ids}::uuid[]) and ${isUnopened(work.now)}
      order by p.next_check_at for no key update skip locked
    ) due`,
    where: sql`t.id = due.id`,
    returning: sql<Payment>`
      t.id, t.code, t.user_id, t.session_id, t.participant_id, t.order_id, t.amount_idr, t.wallet_idr, t.method, t.status, t.expires_at`,
  })
  emitExpired(work, rows)
}

/**
 * Ends payments that are no longer needed, even before they expire. Leaves out those whose link was opened,
 * because they may have an invoice. Returns the ids of the ended payments.
 */
export async function expireUnopenedOf(work: Work, paymentIds: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from payments
    where id = any(${paymentIds}::uuid[]) and status = 'pending' and invoice_requested_at is null
    order by id for no key update`.execute(work.tx)
  return await expirePayments(
    work,
    rows.map((row) => row.id),
  )
}
