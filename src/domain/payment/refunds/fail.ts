import { moveState, retryAt, secondsAfter, type Work } from '../../kernel/index.ts'
import { credit, debit, post } from '../../ledger/index.ts'
import type { LockedPayment } from '../payments/lock.ts'
import { type AfterRefusal, afterRefusal } from '../rules.ts'
import { refundMachine } from '../transitions.ts'
import type { FailedNow } from './collect-answers.ts'
import { putIntoWallets } from './put-into-wallets.ts'
import { refundFailed, refundWaits } from './refund-event.ts'

/**
 * A refund that failed. `payment` is undefined if the refund returns quarantined money (money that matches no
 * expected payment). Then no wallet can get the money.
 */
type Failed = FailedNow & { payment: LockedPayment | undefined; failures: number; after: AfterRefusal }

/**
 * Records that submitted refunds failed. The provider definitely did not make them, so laku owes their money
 * again. The caller has locked their rows. A failed refund is sent again under a new attempt number, after a
 * longer wait each time. If the bank, card or e-wallet that paid accepts no refund, the money goes into the
 * buyer's wallet at once. A person decides if another call of the refund is under way, or if the refusal code
 * says that the money may have been sent already.
 */
export async function failRefunds(
  work: Work,
  refused: readonly FailedNow[],
  payments: ReadonlyMap<string, LockedPayment>,
): Promise<void> {
  if (refused.length === 0) return
  const failed = refused.map((row): Failed => judge(row, payments.get(row.refund.paymentId ?? '')))
  await recordFailures(work, failed)
  for (const failure of failed) notifyBuyerOfFailure(work, failure)
  await putIntoWallets(
    work,
    failed.flatMap(({ refund, payment, after }) =>
      after === 'wallet' && payment ? [{ ...refund, payment }] : [],
    ),
  )
  for (const failure of failed) reportFailingRefund(work, failure)
}

/** The failure code of a refund that staff took back before any call of it reached the provider. */
const TAKEN_BACK = 'TAKEN_BACK'

/**
 * Sets a submitted refund to failed, because no call of it ever reached the provider. The caller has locked
 * its row. A person then decides where its money goes.
 */
export async function takeBackUnsent(work: Work, refund: FailedNow['refund']): Promise<void> {
  const { failures } = refund
  await recordFailures(work, [
    { refund, failureCode: TAKEN_BACK, isContradicted: true, payment: undefined, failures, after: 'person' },
  ])
}

function judge(item: FailedNow, payment: LockedPayment | undefined): Failed {
  const { refund, failureCode, isContradicted } = item
  const counted = afterRefusal(failureCode, refund.failures + 1)
  const after = isContradicted ? 'person' : counted
  item.waits = after === 'balance'
  const failures = refund.failures + (counted === 'balance' ? 0 : 1)
  return { ...item, payment, failures, after }
}

async function recordFailures(work: Work, failed: readonly Failed[]): Promise<void> {
  const rows = failed.map(({ refund: { id, waitsSince }, failureCode, failures, after }) => ({
    id,
    failureCode,
    failures,
    leaseUntil: null,
    nextCheckAt: nextTry(work, after, failures),
    waitsSince: after === 'balance' ? (waitsSince ?? work.now) : null,
  }))
  await moveState(work, refundMachine, { to: 'failed', rows, all: true })
  await post(
    work,
    failed.map(({ refund: { id, attempt, amountIdr } }) => ({
      key: `refund:${id}:failed:${attempt}`,
      kind: 'refund.failed',
      subject: ['refund', id],
      entries: [debit('refunds-in-flight', amountIdr), credit('refunds-payable', amountIdr)],
    })),
  )
}

function nextTry({ now, policy }: Work, after: AfterRefusal, failures: number): Date | null {
  if (after === 'balance') return secondsAfter(now, policy.balanceAgainS)
  return after === 'retry' ? retryAt(now, failures) : null
}

function notifyBuyerOfFailure(work: Work, { refund, payment, failureCode, after }: Failed): void {
  if (!payment) return
  if (after === 'balance') {
    const hasHeard = refund.waitsSince !== null || refund.failureCode === failureCode
    if (!hasHeard) work.emit(refundWaits(payment, refund))
    return
  }
  const { attempt } = refund
  work.emit(refundFailed(payment, refund, { failureCode, attempt, isTriedAgain: after === 'retry' }))
}

function reportFailingRefund(work: Work, { refund, failureCode, failures, payment, after }: Failed): void {
  if (after === 'balance' || (after === 'wallet' && payment)) return
  if (after === 'retry' && failures < work.policy.providerAttempts) return
  const { id, code } = refund
  work.requestAttention({
    kind: 'refund_failing',
    subject: ['refund', id],
    message: `${code} has failed ${failures} times (${failureCode}). Fix the cause, then retry it, or use --wallet to refund into the wallet.`,
    command: `laku refunds retry ${code}`,
  })
}
