import { sql } from 'kysely'
import { asRecords, inSql, moveState, secondsAfter, type Work } from '../../kernel/index.ts'
import { credit, debit, post } from '../../ledger/index.ts'
import { isInSuspense, putIntoSuspense, recordLostReference } from '../../suspense/index.ts'
import { levelBuyers } from '../entitlement/level-buyers.ts'
import { isPlain } from '../entitlement/rules.ts'
import type { GatewayRefund } from '../gateway.ts'
import type { LockedPayment } from '../payments/lock.ts'
import { recordRefunded } from '../payments/record-returned.ts'
import { type RefundStatus, refundMachine, sendableRefundStates } from '../transitions.ts'
import { referenceOf } from './claim.ts'
import {
  ASK_AGAIN_S,
  Hearing,
  type LockedRefund,
  lockRefunds,
  type Refusal,
  type Surplus,
} from './collect-answers.ts'
import { failRefunds } from './fail.ts'
import type { ProviderRefund } from './interpret-answer.ts'
import { reportWaitingRefunds } from './plan-by-balance.ts'
import { refundEvent } from './refund-event.ts'

/**
 * Books the provider's updates of any number of refunds. `answers` were read from the provider, in this
 * order; `refusals` are refunds that it definitely did not accept. A refund succeeds only when the provider
 * reports SUCCEEDED, even after it reported FAILED. If a refund fails, laku owes its money to the buyer
 * again. Money that the provider moved in any other way goes into the suspense account (unexplained money).
 * If the provider contradicts itself about a refund, that refund's automatic steps stop. If the same updates
 * are booked again, nothing changes.
 */
export async function applyRefundAnswers(
  work: Work,
  answers: readonly GatewayRefund[],
  refusals: readonly Refusal[] = [],
): Promise<void> {
  if (answers.length === 0 && refusals.length === 0) return
  const locked = await lockRefunds(work, answers, refusals)
  const heard = new Hearing(locked)
  for (const answer of answers) heard.take(work, answer)
  for (const refusal of refusals) heard.refuse(refusal)
  await rememberHeard(work, [...heard.changed.values()])
  await rememberIds(work, heard.taken)
  await succeed(work, [...heard.succeeded.values()], locked.payments)
  await failRefunds(work, [...heard.failed.values()], locked.payments)
  for (const stranger of heard.strangers) await tellOfStranger(work, stranger)
  for (const item of heard.surplus) await putAside(work, item, locked.payments)
  for (const [code, fact] of heard.contradicted) await stop(work, locked.byCode.get(code), fact)
  if ([...heard.failed.values()].some((failure) => failure.waits)) await reportWaitingRefunds(work, null)
}

/**
 * Reports a refund at the provider that matches no refund of ours. Nothing is booked here, because the later
 * reading of the provider's transaction list finds and books the refund's money.
 */
async function tellOfStranger(
  work: Work,
  { id, status, referenceId, amountIdr }: GatewayRefund,
): Promise<void> {
  if (status === 'SUCCEEDED' || status === 'PENDING')
    await recordLostReference(work, { reference: referenceId, providerId: id })
  // If the provider's transaction list was read already, the unexpected refund's money is in the suspense
  // account (unexplained money). It has an attention item there, so no second one is raised.
  const told = { reference: referenceId, providerId: id }
  if (status !== 'SUCCEEDED' || (await isInSuspense(work, told))) return
  work.requestAttention({
    kind: 'refund_unexpected',
    subject: ['provider_refund', id],
    message:
      'The provider made a refund that laku did not ask for. Its money goes into suspense when the list of the provider is read; run the command to read it now.',
    command: 'laku payments sync',
    details: { referenceId, amountIdr },
  })
}

/**
 * Books money into the suspense account (unexplained money): the provider moved it for a refund, although
 * laku did not ask for it. The money stays there under the refund's code until a person decides where it
 * belongs.
 */
async function putAside(
  work: Work,
  { refund, fact, amountIdr }: Surplus,
  payments: ReadonlyMap<string, LockedPayment>,
): Promise<void> {
  const { providerRefundId, bookings, status } = fact
  const why =
    amountIdr < 0
      ? `the provider took back what it had refunded (${status})`
      : refund.providerRefundId === providerRefundId
        ? 'the provider refunded another amount than was asked for'
        : 'the provider refunded it beside what the buyer has of it already'
  await putIntoSuspense(work, {
    key: `provider-refund:${providerRefundId}:${bookings}`,
    code: refund.code,
    kind: 'refund',
    subjectId: refund.id,
    providerId: providerRefundId,
    amountIdr,
    why,
    userId: payments.get(refund.paymentId ?? '')?.userId ?? null,
  })
}

/**
 * Stops the automatic steps of a refund about which the provider contradicted itself. A person looks at the
 * provider's updates of it.
 */
async function stop(
  work: Work,
  refund: LockedRefund | undefined,
  fact: ProviderRefund | undefined,
): Promise<void> {
  if (!refund) return
  const { id, code, status } = refund
  if (sendableRefundStates.includes(status)) {
    await sql`
      update refunds set next_check_at = null where id = ${id}::uuid and status in ${inSql(sendableRefundStates)}`.execute(
      work.tx,
    )
    work.requestAttention({
      kind: 'refund_contradicted',
      subject: ['refund', id],
      message: `The provider contradicts its earlier answer about ${code}, so laku does nothing more with it automatically. Check it at the provider.`,
      command: `laku refunds show ${code}`,
      details: { code, ...(fact && { providerRefundId: fact.providerRefundId, says: fact.status }) },
    })
  } else if (fact?.status === 'PENDING')
    work.requestAttention({
      kind: 'refund_unexpected',
      subject: ['provider_refund', fact.providerRefundId],
      message: `The provider has started a second refund of ${code}. Look at the refund, and ask the provider to stop the second one.`,
      command: `laku refunds show ${code}`,
      details: { code, amountIdr: fact.amountIdr },
    })
}

async function rememberHeard(work: Work, facts: readonly ProviderRefund[]): Promise<void> {
  if (facts.length === 0) return
  const rows = facts.map((fact) => ({ ...fact, heardAt: work.now }))
  await sql`
    insert into provider_refunds
    select f.* from jsonb_populate_recordset(null::provider_refunds, ${asRecords(rows)}::jsonb) f
    on conflict (provider_refund_id) do update set status = excluded.status, amount_idr = excluded.amount_idr,
      failure_code = excluded.failure_code, booked_idr = excluded.booked_idr, bookings = excluded.bookings,
      next_check_at = excluded.next_check_at, heard_at = excluded.heard_at
    where to_jsonb(provider_refunds) - 'heard_at' <> to_jsonb(excluded) - 'heard_at'`.execute(work.tx)
}

async function rememberIds(
  work: Work,
  taken: readonly { id: string; providerRefundId: string }[],
): Promise<void> {
  if (taken.length === 0) return
  const { rows } = await sql<{ id: string; code: string; firstCalledAt: Date | null }>`
    update refunds r set provider_refund_id = t.provider_refund_id, next_check_at = ${secondsAfter(work.now, ASK_AGAIN_S)},
      failure_code = null, waits_since = null
    from jsonb_to_recordset(${asRecords(taken)}::jsonb) as t(id uuid, provider_refund_id text)
    where r.id = t.id and r.status = 'submitted' returning r.id, r.code, r.first_called_at`.execute(work.tx)
  const { refundPendingHours } = work.policy
  for (const { id, code, firstCalledAt } of rows) {
    if (!firstCalledAt || work.now < secondsAfter(firstCalledAt, refundPendingHours * 3600)) continue
    work.requestAttention({
      kind: 'refund_pending',
      subject: ['refund', id],
      message: `The provider accepted ${code} ${Math.floor((work.now.getTime() - firstCalledAt.getTime()) / 3_600_000)} hours ago and has not finished it. Ask the provider.`,
      command: `laku refunds show ${code}`,
      details: { since: firstCalledAt },
    })
  }
}

async function succeed(
  work: Work,
  ended: readonly { refund: LockedRefund; before: RefundStatus; fact: ProviderRefund }[],
  payments: ReadonlyMap<string, LockedPayment>,
): Promise<void> {
  if (ended.length === 0) return
  // Two calls may have sent the refund. One has succeeded now. If the outcome of the other is unknown, laku
  // goes on searching for that other call's refund at the provider.
  const rows = ended.map(({ refund, before, fact }) => ({
    id: refund.id,
    providerRefundId: fact.providerRefundId,
    nextCheckAt:
      before === 'submitted' && fact.reference !== referenceOf(refund) && refund.calls > 0
        ? secondsAfter(work.now, ASK_AGAIN_S)
        : null,
    finishedAt: work.now,
  }))
  await moveState(work, refundMachine, { to: 'succeeded', rows, set: { waitsSince: null }, all: true })
  await recordRefunded(
    work,
    ended.map((row) => row.refund),
  )
  await post(
    work,
    ended.map(({ refund: { id, amountIdr }, before }) => ({
      key: `refund:${id}:succeeded`,
      kind: 'refund.succeeded',
      subject: ['refund', id],
      entries: [
        debit(before === 'submitted' ? 'refunds-in-flight' : 'refunds-payable', amountIdr),
        credit('gateway', amountIdr),
      ],
    })),
  )
  // The card's issuer may already have given the buyer some of the money that the refund returns. So the
  // buyer's balance is corrected.
  const twice = [...payments.values()].filter((payment) => !isPlain(payment))
  if (twice.length > 0)
    await levelBuyers(
      work,
      twice.map((payment) => payment.id),
    )
  for (const { refund } of ended) {
    const payment = refund.paymentId === null ? undefined : payments.get(refund.paymentId)
    if (payment) work.emit(refundEvent('refund.succeeded', payment, refund))
  }
}
