import { sql } from 'kysely'
import { asRecords, moveState, type Rupiah, secondsAfter, type Work } from '../../kernel/index.ts'
import { credit, debit, post } from '../../ledger/index.ts'
import { isInSuspense, putIntoSuspense, recordLostReference } from '../../suspense/index.ts'
import { levelBuyers } from '../entitlement/level-buyers.ts'
import { isPlain } from '../entitlement/rules.ts'
import type { GatewayRefund } from '../gateway.ts'
import { type LockedPayment, lockWholly } from '../payments/lock.ts'
import { recordRefunded } from '../payments/record-returned.ts'
import { type RefundStatus, refundMachine } from '../transitions.ts'
import { referenceOf } from './claim.ts'
import { failRefunds } from './fail.ts'
import { goneIdr, interpretRefundAnswer, type ProviderRefund } from './interpret-answer.ts'
import { reportWaitingRefunds } from './plan-by-balance.ts'
import { refundEvent } from './refund-event.ts'

/** A locked refund. Its field `status` is updated with each decision made about the refund in this file. */
export interface LockedRefund {
  id: string
  code: string
  /** The id of the refunded payment; null for quarantined money that matches no payment of ours. */
  paymentId: string | null
  quarantineId: string | null
  amountIdr: Rupiah
  reason: string
  destination: 'source' | 'wallet'
  status: RefundStatus
  attempt: number
  calls: number
  leaseId: string | null
  /** The number of the refund's definite refusals that count as failures (a lack of balance does not). */
  failures: number
  waitsSince: Date | null
  failureCode: string | null
  providerRefundId: string | null
}

export interface Refusal {
  id: string
  failureCode: string
  /**
   * The id of the worker's lease under which the refused call was made. The refusal proves something only if
   * this lease still holds and the refund had no other call.
   */
  leaseId?: string
}

/**
 * The time (s) between two checks of a refund that is pending at the provider. laku checks because the
 * refund's webhook may be lost. Most refunds take minutes, but refunds to cards take days.
 */
export const ASK_AGAIN_S = 900

/**
 * Books the provider's updates of any number of refunds, whatever laku believed before. A refund succeeds
 * only when the provider reports SUCCEEDED, even after it reported FAILED. A failure makes the money payable
 * again. Money that the provider moved in any other way goes into suspense. If the provider contradicts
 * itself about a refund, that refund's automatic steps stop. `answers` were read from the provider, in this
 * order; `refusals` are refunds that it definitely did not accept. The same updates again change nothing.
 */
export async function settleRefunds(
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

/** A refund that has just failed, and whether another call of it is a reason not to send it again. */
export interface FailedNow {
  refund: LockedRefund
  failureCode: string
  /** Another call of this refund is under way or moved money, so a person must decide the next step. */
  isContradicted: boolean
  /** Set by `failRefunds`: true if the refund waits for balance at the provider. */
  waits?: boolean
}

interface Surplus {
  refund: LockedRefund
  fact: ProviderRefund
  amountIdr: Rupiah
}

/**
 * Collects the results of a batch of the provider's refund updates, one after another. The results are
 * written afterwards, in a few statements.
 */
class Hearing {
  readonly #locked: Locked
  readonly changed = new Map<string, ProviderRefund>()
  readonly taken: { id: string; providerRefundId: string }[] = []
  readonly succeeded = new Map<string, { refund: LockedRefund; before: RefundStatus; fact: ProviderRefund }>()
  readonly failed = new Map<string, FailedNow>()
  readonly surplus: Surplus[] = []
  /** The refunds in the provider's answers that match no refund of ours. */
  readonly strangers: GatewayRefund[] = []
  /** The provider's update that last contradicted a refund, by the refund's code. */
  readonly contradicted = new Map<string, ProviderRefund | undefined>()
  /** The states of the locked refunds as they are still stored in the database, by the refund's id. */
  readonly #stored: ReadonlyMap<string, RefundStatus>

  constructor(locked: Locked) {
    this.#locked = locked
    this.#stored = new Map([...locked.byId].map(([id, refund]) => [id, refund.status]))
  }

  take(work: Work, answer: GatewayRefund): void {
    const known = this.#locked.facts.get(answer.id)
    const refund = known ? this.#locked.byId.get(known.refundId) : this.#locked.byCode.get(codeIn(answer))
    if (!refund) {
      this.strangers.push(answer)
      return
    }
    const before = known ?? newFact(refund, answer)
    const isChange = before.status !== answer.status || before.amountIdr !== answer.amountIdr
    const what = interpretRefundAnswer(refund, before, answer)
    const fact = this.#remember(before, answer, what === 'beside' ? work.now : null)
    const movedIdr = fact.bookedIdr - before.bookedIdr
    if (what === 'succeeded') {
      this.failed.delete(refund.id)
      this.succeeded.set(refund.id, { refund, before: this.#stored.get(refund.id) ?? refund.status, fact })
      if (fact.amountIdr !== refund.amountIdr)
        this.surplus.push({ refund, fact, amountIdr: fact.amountIdr - refund.amountIdr })
      refund.status = 'succeeded'
    } else if (movedIdr !== 0) {
      this.surplus.push({ refund, fact, amountIdr: movedIdr })
      this.contradicted.set(refund.code, fact)
    } else if (what === 'failed') this.#fail(refund, answer.failureCode ?? answer.status)
    else if (what === 'taken') {
      this.taken.push({ id: refund.id, providerRefundId: answer.id })
      refund.providerRefundId = answer.id
    } else if (what === 'beside' && isChange) this.contradicted.set(refund.code, fact)
  }

  refuse({ id, failureCode, leaseId }: Refusal): void {
    const refund = this.#locked.byId.get(id)
    if (refund?.status !== 'submitted') return
    // The refusal of one call proves nothing if the refund had another call, because the other call may have
    // made the refund.
    if (leaseId !== undefined && (refund.leaseId !== leaseId || refund.calls !== 1)) return
    this.#fail(refund, failureCode)
  }

  #fail(refund: LockedRefund, failureCode: string): void {
    const others = [...this.#locked.facts.values()].filter((fact) => fact.refundId === refund.id)
    const isContradicted = others.some(
      (providerRefund) => providerRefund.bookedIdr > 0 || providerRefund.status === 'PENDING',
    )
    this.failed.set(refund.id, { refund, failureCode, isContradicted })
    if (isContradicted) this.contradicted.set(refund.code, undefined)
    refund.status = 'failed'
  }

  #remember(before: ProviderRefund, answer: GatewayRefund, besideSince: Date | null): ProviderRefund {
    const bookedIdr = goneIdr(before, answer)
    const fact = {
      ...before,
      status: answer.status,
      amountIdr: answer.amountIdr,
      failureCode: answer.failureCode ?? null,
      bookedIdr,
      bookings: before.bookings + (bookedIdr === before.bookedIdr ? 0 : 1),
      nextCheckAt: besideSince && secondsAfter(besideSince, ASK_AGAIN_S),
    }
    this.#locked.facts.set(answer.id, fact)
    this.changed.set(answer.id, fact)
    return fact
  }
}

const newFact = (refund: LockedRefund, { id, referenceId }: GatewayRefund): ProviderRefund => ({
  providerRefundId: id,
  refundId: refund.id,
  reference: referenceId ?? referenceOf(refund),
  status: '',
  amountIdr: 0,
  failureCode: null,
  bookedIdr: 0,
  bookings: 0,
  nextCheckAt: null,
})

interface Locked {
  byId: Map<string, LockedRefund>
  byCode: Map<string, LockedRefund>
  facts: Map<string, ProviderRefund>
  payments: Map<string, LockedPayment>
}

/**
 * Returns the code of laku's refund from the reference at the provider, which is the code with the number of
 * the attempt.
 */
const codeIn = ({ referenceId }: Pick<GatewayRefund, 'referenceId'>) =>
  (referenceId ?? '').replace(/-\d+$/, '')

/** Locks the refunded payments first, then their refunds, in the same order as all other code. */
async function lockRefunds(
  work: Work,
  answers: readonly GatewayRefund[],
  refusals: readonly Refusal[],
): Promise<Locked> {
  const codes = answers.map(codeIn)
  const ids = refusals.map((refusal) => refusal.id)
  const providerIds = answers.map((answer) => answer.id)
  const wanted = sql`(r.code = any(${codes}) or r.id = any(${ids}::uuid[])
    or r.id in (select refund_id from provider_refunds where provider_refund_id = any(${providerIds})))`
  const found = await sql<{ paymentId: string }>`
    select distinct r.payment_id from refunds r where ${wanted} and r.payment_id is not null`.execute(work.tx)
  const payments = await lockWholly(
    work.tx,
    found.rows.map((row) => row.paymentId),
  )
  const { rows } = await sql<LockedRefund>`
    select r.id, r.code, r.payment_id, r.quarantine_id, r.amount_idr, r.reason, r.destination, r.status, r.attempt, r.calls, r.lease_id,
      r.failures, r.waits_since, r.failure_code, r.provider_refund_id
    from refunds r where ${wanted} order by r.id for no key update`.execute(work.tx)
  const facts = await sql<ProviderRefund>`
    select provider_refund_id, refund_id, reference, status, amount_idr, failure_code, booked_idr, bookings, next_check_at
    from provider_refunds where refund_id = any(${rows.map((row) => row.id)}::uuid[])`.execute(work.tx)
  return {
    byId: new Map(rows.map((row) => [row.id, row])),
    byCode: new Map(rows.map((row) => [row.code, row])),
    facts: new Map(facts.rows.map((row) => [row.providerRefundId, row])),
    payments,
  }
}

/**
 * Reports a refund at the provider that matches no refund of ours. Nothing is booked here, because the sync
 * of the provider's transaction list finds and books its money.
 */
async function tellOfStranger(
  work: Work,
  { id, status, referenceId, amountIdr }: GatewayRefund,
): Promise<void> {
  if (status === 'SUCCEEDED' || status === 'PENDING')
    await recordLostReference(work, { reference: referenceId, providerId: id })
  // If the provider's transaction list was read already, the unexpected refund's money is in suspense and has
  // an attention item there. So no second attention item is raised.
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
 * Puts money into suspense that the provider moved for a refund although laku did not ask for it. The money
 * stays under the refund's code until a person disposes of it.
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
  if (status === 'approved' || status === 'failed') {
    await sql`
      update refunds set next_check_at = null where id = ${id}::uuid and status in ('approved', 'failed')`.execute(
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
  // Another call of the refund may still have an unknown outcome. Then laku goes on searching for that call's
  // refund at the provider.
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
