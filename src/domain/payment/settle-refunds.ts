import { sql } from 'kysely'
import { asRecords, moveState, type Rupiah, secondsAfter, type Work } from '../kernel/index.ts'
import { credit, debit, post } from '../ledger/index.ts'
import { referenceOf } from './claim-refunds.ts'
import { levelBuyers } from './entitlement/level-buyers.ts'
import { isPlain } from './entitlement/rules.ts'
import { failRefunds } from './fail-refunds.ts'
import type { GatewayRefund } from './gateway.ts'
import { type LockedPayment, lockWholly } from './lock-payments.ts'
import { recordRefunded } from './record-returned.ts'
import { refundNews } from './refund-news.ts'
import { refundMachine } from './transitions.ts'

/** A refund in a state that may still end, locked. */
export interface LockedRefund {
  id: string
  code: string
  /** Nothing where it is of quarantined money that no payment of ours fits. */
  paymentId: string | null
  quarantineId: string | null
  amountIdr: Rupiah
  reason: string
  destination: 'source' | 'wallet'
  status: string
  attempt: number
}

export interface Refusal {
  id: string
  failureCode: string
}

/** A pending refund is asked about this often, for its webhook may be lost. Most take minutes, cards take days. */
const ASK_AGAIN_S = 900

/**
 * Brings refunds to what the provider says of them, any number at once: success only when it says SUCCEEDED, and a failure
 * puts the money back to be sent again or into the wallet. `answers` must have been read from the provider; `refusals`
 * are definite noes to being taken on at all. What is settled, or of an earlier attempt, changes nothing.
 */
export async function settleRefunds(
  work: Work,
  answers: readonly GatewayRefund[],
  refusals: readonly Refusal[] = [],
): Promise<void> {
  if (answers.length === 0 && refusals.length === 0) return
  const { refunds, payments } = await lockRefunds(work, answers, refusals)
  const byReference = new Map([...refunds.values()].map((refund) => [referenceOf(refund), refund]))
  const succeeded = new Map<string, LockedRefund>()
  const failed = new Map<string, Refusal>(refusals.map((one) => [one.id, one]))
  const pending: { id: string; providerRefundId: string }[] = []
  for (const answer of answers) {
    const refund = byReference.get(answer.referenceId)
    if (refund?.status !== 'submitted' || refund.amountIdr !== answer.amountIdr) {
      raiseMismatch(work, answer, refund)
      if (answer.status === 'SUCCEEDED') await stop(work, refunds, codeIn(answer.referenceId))
      continue
    }
    pending.push({ id: refund.id, providerRefundId: answer.id })
    if (answer.status === 'SUCCEEDED') succeeded.set(refund.id, refund)
    else if (answer.status !== 'PENDING')
      failed.set(refund.id, { id: refund.id, failureCode: answer.failureCode ?? answer.status })
  }
  await rememberIds(work, pending)
  await succeed(work, [...succeeded.values()], payments)
  await failRefunds(work, [...failed.values()], refunds, payments)
}

interface Locked {
  refunds: Map<string, LockedRefund>
  payments: Map<string, LockedPayment>
}

/** The code is all of a reference but its attempt. */
const codeIn = (referenceId: string) => referenceId.replace(/-\d+$/, '')

/** Payments first, then their refunds: in the order of everybody. */
async function lockRefunds(
  work: Work,
  answers: readonly GatewayRefund[],
  refusals: readonly Refusal[],
): Promise<Locked> {
  const codes = answers.map((answer) => codeIn(answer.referenceId))
  const ids = refusals.map((one) => one.id)
  const wanted = sql`(r.code = any(${codes}) or r.id = any(${ids}::uuid[]))`
  const found = await sql<{ paymentId: string }>`
    select distinct r.payment_id from refunds r where ${wanted} and r.payment_id is not null`.execute(work.tx)
  const payments = await lockWholly(
    work.tx,
    found.rows.map((row) => row.paymentId),
  )
  const { rows } = await sql<LockedRefund>`
    select r.id, r.code, r.payment_id, r.quarantine_id, r.amount_idr, r.reason, r.destination, r.status, r.attempt
    from refunds r where ${wanted} order by r.id for no key update`.execute(work.tx)
  return { refunds: new Map(rows.map((row) => [row.id, row])), payments }
}

/**
 * A success that we know of already, and the end of an earlier attempt, are no news. A success that nothing here waits for
 * means that money left twice or by another hand.
 */
function raiseMismatch(work: Work, answer: GatewayRefund, refund: LockedRefund | undefined): void {
  const known = refund?.amountIdr === answer.amountIdr && refund.status !== 'submitted'
  if (answer.status !== 'SUCCEEDED' || (known && refund.status === 'succeeded')) return
  work.raise({
    kind: 'refund_unexpected',
    subject: ['provider_refund', answer.id],
    message: 'the provider made a refund that laku does not wait for',
    command: 'laku payments reconcile',
    details: { referenceId: answer.referenceId, amountIdr: answer.amountIdr, refundId: refund?.id ?? null },
  })
}

/** One that was said to have failed, and then to have gone back: it is not sent again by itself, for that could be the second time. */
async function stop(work: Work, refunds: ReadonlyMap<string, LockedRefund>, code: string): Promise<void> {
  const failed = [...refunds.values()].find((refund) => refund.code === code && refund.status === 'failed')
  if (!failed) return
  await sql`update refunds set next_check_at = null where id = ${failed.id} and status = 'failed'`.execute(
    work.tx,
  )
  work.raise({
    kind: 'refund_contradicted',
    subject: ['refund', failed.id],
    message: `the provider says that ${code} failed, and that it went back: look it up there before it is sent again`,
    command: `laku refunds retry ${code}`,
    details: { code, otherwise: `laku refunds show ${code}` },
  })
}

async function rememberIds(
  work: Work,
  taken: readonly { id: string; providerRefundId: string }[],
): Promise<void> {
  await sql`
    update refunds r set provider_refund_id = t.provider_refund_id, next_check_at = ${secondsAfter(work.now, ASK_AGAIN_S)},
      failure_code = null
    from jsonb_to_recordset(${asRecords(taken)}::jsonb) as t(id uuid, provider_refund_id text)
    where r.id = t.id and r.status = 'submitted'`.execute(work.tx)
}

async function succeed(
  work: Work,
  refunds: readonly LockedRefund[],
  payments: ReadonlyMap<string, LockedPayment>,
): Promise<void> {
  if (refunds.length === 0) return
  const ids = refunds.map((one) => one.id)
  const set = { finishedAt: work.now, nextCheckAt: null }
  await moveState(work, refundMachine, { to: 'succeeded', from: 'submitted', ids, set, all: true })
  await recordRefunded(work, refunds)
  await post(
    work,
    refunds.map(({ id, amountIdr }) => ({
      key: `refund:${id}:succeeded`,
      kind: 'refund.succeeded',
      subject: ['refund', id],
      entries: [debit('refunds-in-flight', amountIdr), credit('gateway', amountIdr)],
    })),
  )
  // It went back although the card's issuer had given the buyer of the same money.
  const twice = [...payments.values()].filter((payment) => !isPlain(payment))
  if (twice.length > 0)
    await levelBuyers(
      work,
      twice.map((one) => one.id),
    )
  for (const refund of refunds) {
    const payment = refund.paymentId === null ? undefined : payments.get(refund.paymentId)
    if (payment) work.emit(refundNews('refund.succeeded', payment, refund))
  }
}
