import { sql } from 'kysely'
import { inSql, type Rupiah, requireStaff, type Work } from '../../kernel/index.ts'
import type { GatewayContext } from '../context.ts'
import { paymentErrors } from '../errors.ts'
import type { AskedPayment } from '../invoices/ask.ts'
import { syncInvoices } from '../invoices/sync.ts'
import { submitRefunds } from '../refunds/submit.ts'
import { payableStates } from '../transitions.ts'
import { type ShownPayment, showPayment } from './list.ts'

/**
 * Asks Xendit now about a payment and its refunds, and records the answer, without waiting for a webhook or
 * the next check. This call may send a refund again. Even so, it may be repeated at any time, because the
 * refund keeps its key. Returns the payment as it is afterwards.
 * @throws payment.not_found, payment.invoice_under_way, kernel.forbidden
 * @throws ProviderFailure where the provider does not say
 */
export async function syncPayment(context: GatewayContext, idOrCodeText: string): Promise<ShownPayment> {
  const { unitOfWork, actor } = context
  const { asked, refunds } = await unitOfWork.run(actor, (work) => intendSync(work, idOrCodeText))
  const [unsure] = await syncInvoices(context, asked, (payment, now) => payment.expiresAt <= now)
  if (unsure)
    throw unsure.failure ?? paymentErrors.invoice_under_way({ payment: idOrCodeText, retryAfterS: 3 })
  await submitRefunds(
    context,
    refunds.map((refund) => refund.id),
  )
  return await unitOfWork.run(actor, ({ tx }) => showPayment(tx, idOrCodeText))
}

/**
 * The payments and refunds about which laku is going to ask Xendit. A refund among them may be sent to Xendit
 * again.
 */
export interface IntendedSync {
  asked: AskedPayment[]
  refunds: { id: string; code: string; amountIdr: Rupiah; providerRefundId: string | null }[]
}

/**
 * Writes into the audit log that staff ask Xendit about a payment. Refunds of the payment that wait for an
 * answer become due for a check.
 * @throws payment.not_found, kernel.forbidden
 */
export async function intendSync(work: Work, idOrCodeText: string): Promise<IntendedSync> {
  const { tx, now } = work
  requireStaff(work.actor, 'support', 'finance')
  const { id, status } = await showPayment(tx, idOrCodeText)
  const { rows: asked } = await sql<AskedPayment>`
    select id, code, provider_invoice_id, invoice_requested_at, buyer_back_at, expires_at, next_check_at,
      case when contradiction_decided_at is null then contradicted_at end as contradicted_at
    from payments
    where id = ${id}::uuid and status in ${inSql(payableStates)} and invoice_requested_at is not null`.execute(
    tx,
  )
  // Only refunds that wait for Xendit's answer are asked about now. A refund that may not be sent again is
  // left to staff.
  const { rows: refunds } = await sql<IntendedSync['refunds'][number]>`
    update refunds set next_check_at = ${now}
    where payment_id = ${id}::uuid and destination = 'source' and next_check_at is not null
      and (status = 'submitted' or status = 'approved' and next_check_at <= ${now})
    returning id, code, amount_idr, provider_refund_id`.execute(tx)
  work.audit({ command: 'payments sync', subject: ['payment', id], before: { status } })
  return { asked, refunds }
}
