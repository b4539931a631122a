import { ProviderFailure, type Work } from '../../kernel/index.ts'
import { allOrEach, requireRunning } from '../../ops/index.ts'
import type { GatewayContext } from '../context.ts'
import type { AskedPayment } from '../invoices/ask.ts'
import { syncInvoices } from '../invoices/sync.ts'
import { subjectOf } from '../views.ts'
import { expireUnopenedOf } from './expire.ts'

/**
 * Emits an event for payments that are no longer needed; a job then cancels those that are still pending.
 * Takes no lock, so it may be called with sessions and orders locked.
 */
export async function requestPaymentCancellation(work: Work, paymentIds: readonly string[]): Promise<void> {
  if (paymentIds.length === 0) return
  const rows = await work.tx
    .selectFrom('payments')
    .select(['id', 'code', 'userId', 'sessionId', 'participantId', 'orderId', 'amountIdr', 'walletIdr'])
    .where('id', 'in', [...paymentIds])
    .where('status', '=', 'pending')
    .execute()
  for (const row of rows) {
    work.emit({ type: 'payment.withdrawn', aggregate: ['payment', row.id], payload: subjectOf(row) })
  }
}

/**
 * Ends payments that are no longer needed and closes their invoices at Xendit. If an invoice is paid at that
 * moment, its money is posted as a late payment. Returns the payments whose state is unknown, or that could
 * not be ended because of an error. The job is run again for these.
 * @throws kernel.paused
 */
export async function cancelPayments(
  context: GatewayContext,
  paymentIds: readonly string[],
): Promise<{ paymentId: string; error: Error }[]> {
  const { unitOfWork, actor } = context
  const failed: { paymentId: string; error: Error }[] = []
  await allOrEach(
    paymentIds,
    async (ids) => void (await unitOfWork.run(actor, (work) => expireUnopenedOf(work, ids))),
    async (paymentId, error) => void failed.push({ paymentId, error: errorOf(error) }),
  )
  const asked = await unitOfWork.run(actor, async (work) => {
    const pending = await readPending(work, paymentIds)
    if (pending.length > 0) await requireRunning(work.tx, 'xendit')
    return pending
  })
  const unsure = await syncInvoices(context, asked, () => true)
  const unanswered = unsure.map(({ paymentId, failure }) => ({
    paymentId,
    error: failure ?? new ProviderFailure(invoiceBeingMade),
  }))
  return [...failed, ...unanswered]
}

const errorOf = (error: unknown) => (error instanceof Error ? error : new Error(String(error)))

const invoiceBeingMade = {
  provider: 'xendit',
  operation: 'find_invoices',
  outcome: 'unknown',
  code: 'invoice_under_way',
} as const

async function readPending(work: Work, paymentIds: readonly string[]): Promise<AskedPayment[]> {
  const rows = await work.tx
    .selectFrom('payments')
    .select([
      'id',
      'code',
      'providerInvoiceId',
      'invoiceRequestedAt',
      'buyerBackAt',
      'expiresAt',
      'nextCheckAt',
      'contradictedAt',
      'contradictionDecidedAt',
    ])
    .where('id', 'in', [...paymentIds])
    .where('status', '=', 'pending')
    .execute()
  return rows.flatMap(({ invoiceRequestedAt, contradictedAt, contradictionDecidedAt, ...row }) =>
    invoiceRequestedAt
      ? [{ ...row, invoiceRequestedAt, contradictedAt: contradictionDecidedAt ? null : contradictedAt }]
      : [],
  )
}
