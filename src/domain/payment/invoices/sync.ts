import { sql } from 'kysely'
import pLimit from 'p-limit'
import { asRecords, CALLS_AT_ONCE, secondsAfter, type Work } from '../../kernel/index.ts'
import { inOneOrEach } from '../../ops/index.ts'
import type { GatewayContext } from '../context.ts'
import { unresolved } from '../payments/contradict.ts'
import { expirePayments } from '../payments/expire.ts'
import { lockWholly } from '../payments/lock.ts'
import { type AskedPayment, askInvoice, type InvoiceUpdate } from './ask.ts'
import { confirmInvoices } from './confirm.ts'
import { readPaidPages } from './read-paid-pages.ts'
import { FIRST_CHECK_S, RESERVED_S, storeInvoice } from './reserve.ts'

const LONGEST_WAIT_S = 3600
const SHORTEST_WAIT_S = 30
/**
 * If a payment's state is still unknown this long (s) after the payment's end, staff are notified. Laku
 * continues to ask Xendit about it.
 */
const STUCK_S = 20 * 60

/**
 * Asks Xendit about payments, and records all answers in one transaction. Payments that may stay open are
 * looked up in Xendit's list of paid invoices, the others are asked about one by one. Returns the payments
 * whose state is still unknown.
 */
export async function syncInvoices(
  context: GatewayContext,
  payments: readonly AskedPayment[],
  closes: (payment: AskedPayment, now: Date) => boolean,
): Promise<Extract<InvoiceUpdate, { state: 'unsure' }>[]> {
  if (payments.length === 0) return []
  const { unitOfWork, gateway } = context
  const now = unitOfWork.clock.now()
  const looks = payments.filter((payment) => !closes(payment, now))
  const seen = await readPaidPages(gateway, looks, now)
  const updates = await pLimit(CALLS_AT_ONCE).map(
    payments,
    async (payment) =>
      seen.get(payment.id) ?? (await askInvoice(gateway, payment, { now, close: closes(payment, now) })),
  )
  const said = payments.map((payment, i) => ({ payment, update: updates[i] as InvoiceUpdate }))
  await inOneOrEach(
    context,
    said,
    async (work, some) => {
      await record(
        work,
        some.map((item) => item.payment),
        some.map((item) => item.update),
      )
      return []
    },
    async (_, { payment: { id, code } }) => ({
      subject: ['payment', id],
      message: `The provider's answer about ${code} could not be recorded`,
      command: `laku payments sync ${code}`,
    }),
  )
  return updates.filter((update) => update.state === 'unsure')
}

async function record(
  work: Work,
  payments: readonly AskedPayment[],
  updates: readonly InvoiceUpdate[],
): Promise<void> {
  await lockWholly(
    work.tx,
    payments.map((payment) => payment.id),
  )
  await confirmInvoices(
    work,
    updates.flatMap((update) => (update.state === 'paid' ? update.invoices : [])),
  )
  await expirePayments(
    work,
    updates.flatMap((update) => (update.state === 'over' ? [update.paymentId] : [])),
  )
  const rows: { id: string; nextCheckAt: Date }[] = []
  for (const [i, update] of updates.entries()) {
    const payment = payments[i] as AskedPayment
    if (update.state === 'open' && update.invoice?.invoiceUrl)
      await storeInvoice(work, payment.id, update.invoice)
    if (update.state === 'open') rows.push({ id: payment.id, nextCheckAt: nextCheck(payment, work.now) })
    if (update.state === 'over' && payment.contradictedAt) {
      const { contradictedAt } = payment
      rows.push({ id: payment.id, nextCheckAt: nextTry(contradictedAt, work.now) })
      if (ageS(contradictedAt, work.now) >= STUCK_S) work.requestAttention(unresolved(payment, 'EXPIRED'))
    }
    if (update.state !== 'unsure') continue
    rows.push({
      id: payment.id,
      nextCheckAt: nextTry(payment.expiresAt, work.now, update.failure?.retryAfterS),
    })
    reportStuckPayment(work, payment, update.failure?.code ?? 'no answer')
  }
  await sql`
    update payments p set next_check_at = r.next_check_at
    from jsonb_to_recordset(${asRecords(rows)}::jsonb) as r(id uuid, next_check_at timestamptz)
    where p.id = r.id and p.status = 'pending'`.execute(work.tx)
}

const ageS = (since: Date, now: Date) => Math.max(0, (now.getTime() - since.getTime()) / 1000)

/**
 * Returns the time when laku asks Xendit again about an open invoice. The wait is as long as the time since
 * the link was opened, or since the buyer came back from Xendit's page. So the waits grow. A wait that would
 * go beyond the payment's expiry ends at the expiry.
 */
function nextCheck({ invoiceRequestedAt, buyerBackAt, expiresAt }: AskedPayment, now: Date): Date {
  const next = secondsAfter(now, Math.max(FIRST_CHECK_S, ageS(buyerBackAt ?? invoiceRequestedAt, now)))
  return next < expiresAt || expiresAt <= now ? next : expiresAt
}

/**
 * Returns the time when laku asks Xendit again after it got no answer. `since` is the time when the payment
 * ended, or when a webhook first contradicted its invoice. The wait is as long as the time that has passed
 * since then. So the waits grow, from half a minute to at most an hour. If Xendit named a wait, laku uses
 * that wait instead.
 */
function nextTry(since: Date, now: Date, retryAfterS?: number): Date {
  const wait = Math.min(LONGEST_WAIT_S, Math.max(SHORTEST_WAIT_S, ageS(since, now)))
  return secondsAfter(now, retryAfterS ?? wait)
}

function reportStuckPayment(work: Work, { id, code, expiresAt }: AskedPayment, why: string): void {
  if (ageS(expiresAt, work.now) < STUCK_S) return
  work.requestAttention({
    kind: 'payment_unresolved',
    subject: ['payment', id],
    message: `The provider does not say whether ${code} was paid (${why}). Ask it again; if that does not help, look in its dashboard.`,
    command: `laku payments sync ${code}`,
  })
}

/**
 * Reserves payments about which laku is due to ask Xendit, and returns them. Other runs of this job leave the
 * reserved payments out for as long as the calls to Xendit can take.
 */
export async function claimDue(work: Work, limit: number): Promise<AskedPayment[]> {
  const { rows } = await sql<AskedPayment>`
    update payments p set next_check_at = ${secondsAfter(work.now, RESERVED_S)}
    from (
      select id from payments where status = 'pending' and next_check_at <= ${work.now} and invoice_requested_at is not null
      order by next_check_at limit ${limit} for no key update skip locked
    ) due
    where p.id = due.id
    returning p.id, p.code, p.provider_invoice_id, p.invoice_requested_at, p.buyer_back_at, p.expires_at, p.next_check_at,
      case when p.contradiction_decided_at is null then p.contradicted_at end as contradicted_at`.execute(
    work.tx,
  )
  return rows
}
