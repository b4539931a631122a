import { moveState, retryAt, type Work } from '../kernel/index.ts'
import { credit, debit, post } from '../ledger/index.ts'
import type { LockedPayment } from './lock-payments.ts'
import { putIntoWallets } from './put-into-wallets.ts'
import { refundFailed } from './refund-news.ts'
import { afterRefusal } from './rules.ts'
import type { LockedRefund, Refusal } from './settle-refunds.ts'
import { refundMachine } from './transitions.ts'

/** Of money that no payment of ours fits there is no payment, and so no wallet. */
type Failed = LockedRefund & { failureCode: string; payment: LockedPayment | undefined }

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
    if (refund?.status !== 'submitted') return []
    return [{ ...refund, failureCode, payment: payments.get(refund.paymentId ?? '') }]
  })
  if (failed.length === 0) return
  await recordFailures(work, failed)
  for (const { payment, failureCode, ...refund } of failed) {
    if (!payment) continue
    const { attempt } = refund
    const isTriedAgain = afterRefusal(failureCode, attempt) === 'retry'
    work.emit(refundFailed(payment, refund, { failureCode, attempt, isTriedAgain }))
  }
  const hopeless = failed.filter((one) => afterRefusal(one.failureCode, one.attempt) === 'wallet')
  await putIntoWallets(
    work,
    hopeless.flatMap(({ payment, ...refund }) => (payment ? [{ ...refund, payment }] : [])),
  )
  for (const one of failed) raiseWhenFailing(work, one, hopeless.includes(one))
}

async function recordFailures(work: Work, refunds: readonly Failed[]): Promise<void> {
  const rows = refunds.map(({ id, failureCode, attempt }) => ({
    id,
    failureCode,
    nextCheckAt: retryAt(work.now, attempt),
  }))
  await moveState(work, refundMachine, { to: 'failed', rows, all: true })
  await post(
    work,
    refunds.map(({ id, attempt, amountIdr }) => ({
      key: `refund:${id}:failed:${attempt}`,
      kind: 'refund.failed',
      subject: ['refund', id],
      entries: [debit('refunds-in-flight', amountIdr), credit('refunds-payable', amountIdr)],
    })),
  )
}

function raiseWhenFailing(work: Work, refund: Failed, isHopeless: boolean): void {
  const { id, code, attempt, failureCode, payment } = refund
  const inWallet = isHopeless && payment
  if (inWallet || (attempt < work.policy.providerAttempts && !isHopeless)) return
  work.raise({
    kind: 'refund_failing',
    subject: ['refund', id],
    message: `${code} has failed ${attempt} times: ${failureCode}`,
    command: `laku refunds retry ${code}`,
  })
}
