import { sql } from 'kysely'
import { asRecords, retryAt, type Work } from '../kernel/index.ts'
import { credit, debit, post, walletAccount } from '../ledger/index.ts'
import { openWallets } from '../wallet/index.ts'
import { dimensionsOf } from './funds.ts'
import type { LockedPayment } from './lock-payments.ts'
import { recordReturned } from './record-returned.ts'
import { refundFailed, refundNews } from './refund-news.ts'
import { afterRefusal } from './rules.ts'
import type { LockedRefund, Refusal } from './settle-refunds.ts'

type Failed = LockedRefund & { failureCode: string; payment: LockedPayment }

/**
 * Takes back locked, submitted refunds that the provider definitely did not make: the money is payable again and sent under a
 * new attempt, later each time; or, where it can never go to its source, it is put into the buyer's wallet at once.
 */
export async function failRefunds(
  work: Work,
  refusals: readonly Refusal[],
  refunds: ReadonlyMap<string, LockedRefund>,
  payments: ReadonlyMap<string, LockedPayment>,
): Promise<void> {
  const failed = refusals.flatMap(({ id, failureCode }): Failed[] => {
    const refund = refunds.get(id)
    const payment = refund && payments.get(refund.paymentId)
    return payment && refund.status === 'submitted' ? [{ ...refund, failureCode, payment }] : []
  })
  if (failed.length === 0) return
  const by = Map.groupBy(failed, (one) => afterRefusal(one.failureCode, one.attempt))
  await tryAgainLater(work, by.get('retry') ?? [])
  await putIntoWallets(work, by.get('wallet') ?? [])
  for (const one of failed) work.emit(refundFailed(one.payment, one, one.failureCode))
}

async function tryAgainLater(work: Work, refunds: readonly Failed[]): Promise<void> {
  if (refunds.length === 0) return
  const rows = refunds.map(({ id, failureCode, attempt }) => ({
    id,
    failureCode,
    nextCheckAt: retryAt(work.now, attempt),
  }))
  await sql`
    update refunds r set status = 'failed', failure_code = f.failure_code, next_check_at = f.next_check_at
    from jsonb_to_recordset(${asRecords(rows)}::jsonb) as f(id uuid, failure_code text, next_check_at timestamptz)
    where r.id = f.id and r.status = 'submitted'`.execute(work.tx)
  await post(
    work,
    refunds.map(({ id, attempt, amountIdr }) => ({
      key: `refund:${id}:failed:${attempt}`,
      kind: 'refund.failed',
      subject: ['refund', id],
      entries: [debit('refunds-in-flight', amountIdr), credit('refunds-payable', amountIdr)],
    })),
  )
  for (const { id, code, attempt, failureCode } of refunds) {
    if (attempt < work.policy.providerAttempts) continue
    work.raise({
      kind: 'refund_failing',
      subject: ['refund', id],
      message: `${code} has failed ${attempt} times: ${failureCode}`,
      command: `laku refunds retry ${code}`,
    })
  }
}

async function putIntoWallets(work: Work, refunds: readonly Failed[]): Promise<void> {
  if (refunds.length === 0) return
  const rows = refunds.map(({ id, failureCode }) => ({ id, failureCode }))
  await sql`
    update refunds r set status = 'to_wallet', destination = 'wallet', failure_code = f.failure_code,
      finished_at = ${work.now}, next_check_at = null
    from jsonb_to_recordset(${asRecords(rows)}::jsonb) as f(id uuid, failure_code text)
    where r.id = f.id and r.status = 'submitted'`.execute(work.tx)
  await recordReturned(
    work,
    refunds.map(({ paymentId, amountIdr }) => ({ paymentId, returnedIdr: 0, refundedIdr: amountIdr })),
  )
  await openWallets(
    work,
    refunds.map((one) => one.payment.userId),
  )
  await post(
    work,
    refunds.map(({ id, amountIdr, payment }) => ({
      key: `refund:${id}:to_wallet`,
      kind: 'refund.to_wallet',
      subject: ['refund', id],
      entries: [
        debit('refunds-in-flight', amountIdr, dimensionsOf(payment)),
        credit(walletAccount(payment.userId), amountIdr, dimensionsOf(payment)),
      ],
    })),
  )
  for (const one of refunds) {
    work.emit(refundNews('refund.succeeded', one.payment, { ...one, destination: 'wallet' }))
  }
}
