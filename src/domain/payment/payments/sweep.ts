import { type RawBuilder, sql } from 'kysely'
import { secondsAfter, type Work } from '../../kernel/index.ts'
import { isPaused, isSetAside } from '../../ops/index.ts'
import type { GatewayContext } from '../context.ts'
import { claimDue, syncInvoices } from '../invoices/sync.ts'
import { expireUnopened } from './expire.ts'

/**
 * The maximum numbers of payments that one run of this job handles. The first is for payments whose links
 * were never opened: laku ends them without asking Xendit. The second is for payments whose links were
 * opened: laku asks Xendit about each. It is smaller, because Xendit accepts only 10 calls a second.
 */
const EXPIRE_BATCH_SIZE = 500
const SYNC_BATCH_SIZE = 50
const PAUSED_S = 60

/**
 * Returns an SQL condition: some pending payment is due for a check. The index `payments_due` finds such
 * payments.
 */
export const paymentsDue = (now: Date): RawBuilder<boolean> =>
  sql<boolean>`exists (
    select from payments p where p.status = 'pending' and p.next_check_at <= ${now} and not ${isSetAside(sql`p.id`, now)})`

/**
 * Ends payments whose time has run out, and asks Xendit about payments whose webhook may be lost. A payment
 * with an invoice ends only after Xendit was asked. While Xendit is down or paused, these payments wait, and
 * their stock or units stay reserved.
 */
export async function sweepPayments(context: GatewayContext): Promise<void> {
  const { unitOfWork, actor } = context
  await expireUnopened(context, EXPIRE_BATCH_SIZE)
  const due = await unitOfWork.run(actor, async (work) => {
    await postponeUnopened(work)
    if (await isPaused(work.tx, 'xendit')) {
      await postponeAsked(work)
      return []
    }
    return await claimDue(work, SYNC_BATCH_SIZE)
  })
  await syncInvoices(context, due, (payment, now) => payment.expiresAt <= now)
}

/**
 * Moves the next check of payments without an invoice to the time when they expire. If Xendit failed to make
 * an invoice, the payment still has an earlier time for a check. That check would be useless, because there
 * is no invoice to ask about.
 */
async function postponeUnopened(work: Work): Promise<void> {
  await sql`
    update payments set next_check_at = expires_at
    where status = 'pending' and next_check_at <= ${work.now} and expires_at > ${work.now} and invoice_requested_at is null`.execute(
    work.tx,
  )
}

async function postponeAsked(work: Work): Promise<void> {
  await sql`
    update payments set next_check_at = ${secondsAfter(work.now, PAUSED_S)}
    where status = 'pending' and next_check_at <= ${work.now} and invoice_requested_at is not null`.execute(
    work.tx,
  )
}
