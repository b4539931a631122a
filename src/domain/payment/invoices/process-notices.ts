import { sql } from 'kysely'
import pLimit from 'p-limit'
import {
  attempt,
  CALLS_AT_ONCE,
  inSql,
  ProviderFailure,
  secondsAfter,
  type Work,
} from '../../kernel/index.ts'
import { type FailedWebhook, markProcessed, recordFailedWebhooks } from '../../webhooks/index.ts'
import type { GatewayContext } from '../context.ts'
import type { GatewayInvoice, GatewayRefund } from '../gateway.ts'
import { unresolved } from '../payments/contradict.ts'
import { applyRefundAnswers } from '../refunds/apply-answers.ts'
import { triedRefundStates } from '../transitions.ts'
import { type ContradictedPayment, confirmInvoices, isPaid } from './confirm.ts'
import { readInvoices } from './read.ts'

/** A webhook from Xendit about an invoice or a refund. */
export interface GatewayNotice {
  inboxId: string
  kind: 'invoice' | 'refund'
  /** Xendit's id of the invoice or refund that the webhook is about. */
  id: string
  receivedAt: Date
  /**
   * The state that the webhook claims. Laku does not trust it, but reads the invoice or refund from Xendit.
   */
  says?: string | undefined
}

/** The number of times that laku reads an invoice which contradicts its webhook, before it notifies staff. */
const CONTRADICTED_TRIES = 3

/**
 * Processes Xendit's webhooks. Each invoice or refund is read once from Xendit, however many webhooks are
 * about it. A webhook is marked as processed in the transaction that records the result; if nothing could be
 * read, it is retried.
 */
export async function processNotices(
  context: GatewayContext,
  notices: readonly GatewayNotice[],
): Promise<void> {
  if (notices.length === 0) return
  const { unitOfWork, actor, gateway } = context
  const invoices = await readInvoices(
    context,
    notices.filter((notice) => notice.kind === 'invoice'),
  )
  const refundIds = [
    ...new Set(notices.filter((notice) => notice.kind === 'refund').map((notice) => notice.id)),
  ]
  const refunds = new Map(
    await pLimit(CALLS_AT_ONCE).map(
      refundIds,
      async (id) => [id, await attempt(() => gateway.getRefund(id))] as const,
    ),
  )
  const failed = new Map<string, FailedWebhook>()
  const calledPaid = new Set<string>()
  const doubted = new Set<string>()
  for (const { inboxId, kind, id, says } of notices) {
    const answer = (kind === 'invoice' ? invoices : refunds).get(id)
    const refund = refunds.get(id)
    if (answer instanceof ProviderFailure) failed.set(inboxId, { id: inboxId, error: answer.message })
    else if (kind === 'invoice' && contradicts(says, invoices.get(id))) calledPaid.add(id)
    else if (kind === 'refund' && refund && 'amountIdr' in refund && contradictsEnd(says, refund.status)) {
      failed.set(inboxId, contradictedRefund(inboxId, says, refund))
      if (says === 'SUCCEEDED') doubted.add(id)
    }
  }
  // A refund is in `doubted` if a webhook contradicts the state that laku read from Xendit. If another
  // webhook agrees with that state, the refund only changed between the two webhooks. Then the state that
  // laku read is right, and the doubt ends.
  for (const { id, says } of notices) {
    const refund = refunds.get(id)
    if (refund && 'amountIdr' in refund && says === refund.status) doubted.delete(id)
  }
  await unitOfWork.run(actor, async (work) => {
    const { contradicted } = await confirmInvoices(work, known(invoices), calledPaid)
    for (const { inboxId, id, says } of notices) {
      if (!contradicts(says, invoices.get(id))) continue
      const payment = contradicted.get(id)
      // If a person has already decided that the payment was not paid, the webhook counts as processed.
      if (payment?.state !== 'decided')
        failed.set(inboxId, contradictedInvoice(inboxId, id, says, invoices.get(id), payment))
    }
    await applyRefundAnswers(
      work,
      known(refunds).filter((refund) => !doubted.has(refund.id)),
    )
    await waitForTruth(work, [...doubted])
    await markProcessed(
      work,
      notices.map((notice) => notice.inboxId).filter((id) => !failed.has(id)),
    )
    await recordFailedWebhooks(work, [...failed.values()])
  })
}

/**
 * Returns true if the webhook says that the invoice is paid and the invoice read from Xendit says otherwise.
 * The money may have arrived all the same.
 */
function contradicts(
  says: string | undefined,
  answer: GatewayInvoice | ProviderFailure | undefined,
): boolean {
  if (says !== 'PAID' && says !== 'SETTLED') return false
  return answer !== undefined && !(answer instanceof ProviderFailure) && !isPaid(answer)
}

/**
 * Builds the failure entry of a webhook that the invoice read from Xendit contradicts. If the payment stays
 * open because of the contradiction, staff are shown the payment. Otherwise they are shown the webhook.
 */
function contradictedInvoice(
  inboxId: string,
  invoiceId: string,
  says: string | undefined,
  answer: GatewayInvoice | ProviderFailure | undefined,
  payment: ContradictedPayment | undefined,
): FailedWebhook {
  const { status, externalId } = answer as GatewayInvoice
  const error = `it says ${says} of the invoice ${invoiceId}, and the invoice read again says ${status}`
  const command = `laku payments sync ${externalId}`
  const failure = { id: inboxId, error, tries: CONTRADICTED_TRIES, command }
  return payment?.state === 'waits' ? { ...failure, instead: unresolved(payment, status) } : failure
}

/**
 * Returns true if the webhook and the refund read from Xendit report opposite final states. By Xendit's
 * rules, a final state never changes into the other.
 */
function contradictsEnd(says: string | undefined, reads: string): boolean {
  const isOver = (word: string) => word === 'FAILED' || word === 'CANCELLED'
  return says === 'SUCCEEDED' ? isOver(reads) : says === 'FAILED' && reads === 'SUCCEEDED'
}

function contradictedRefund(inboxId: string, says: string | undefined, refund: GatewayRefund): FailedWebhook {
  const name = refund.referenceId ?? refund.id
  return {
    id: inboxId,
    error: `it says ${says} of the refund ${name}, and the refund read again says ${refund.status}`,
    tries: CONTRADICTED_TRIES,
    command: `laku refunds show ${name.replace(/-\d+$/, '')}`,
  }
}

/**
 * The time (s) for which laku does not retry a failed refund after a webhook said that it succeeded. Without
 * this wait, a retry could send the money a second time. Staff are notified before this time ends.
 */
const DOUBTED_S = 86_400

async function waitForTruth(work: Work, providerRefundIds: readonly string[]): Promise<void> {
  if (providerRefundIds.length === 0) return
  await sql`
    update refunds set next_check_at = ${secondsAfter(work.now, DOUBTED_S)}
    where provider_refund_id = any(${providerRefundIds}) and status in ${inSql(triedRefundStates)} and next_check_at is not null`.execute(
    work.tx,
  )
}

function known<T>(answers: ReadonlyMap<string, T | ProviderFailure>): T[] {
  return [...answers.values()].filter((answer): answer is T => !(answer instanceof ProviderFailure))
}
