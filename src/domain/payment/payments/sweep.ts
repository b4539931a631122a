import { type RawBuilder, sql } from 'kysely'
import { secondsAfter, type Work } from '../../kernel/index.ts'
import { isPaused } from '../../ops/index.ts'
import type { GatewayContext } from '../context.ts'
import { claimDue, syncInvoices } from '../invoices/sync.ts'
import { expireUnopened } from './expire.ts'

/**
 * The batch sizes of the sweep. One statement ends many payments whose link was never opened. Each opened
 * payment costs a call, and the provider accepts 10 calls a second.
 */
const EXPIRE_BATCH_SIZE = 500
const SYNC_BATCH_SIZE = 50
const PAUSED_S = 60

/** The SQL condition that a pending payment is due for a check. Answered by the index `payments_due`. */
export const paymentsDue = (now: Date): RawBuilder<boolean> =>
  sql<boolean>`exists (select from payments where status = 'pending' and next_check_at <= ${now})`

/**
 * Ends payments whose time has run out, and asks the provider about opened payments whose webhook may be
 * lost. A payment without an invoice ends at once; for one with an invoice the provider is asked first. While
 * the provider is down or paused, payments wait and keep their holds.
 */
export async function sweepPayments(context: GatewayContext): Promise<void> {
  const { units, actor } = context
  const due = await units.run(actor, async (work) => {
    await expireUnopened(work, EXPIRE_BATCH_SIZE)
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
 * Moves the next check of payments without an invoice to their end. An opening that failed before an invoice
 * was made leaves an earlier check behind, which would find nothing.
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
