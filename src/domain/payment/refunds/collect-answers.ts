import { sql } from 'kysely'
import { type Rupiah, secondsAfter, type Work } from '../../kernel/index.ts'
import type { GatewayRefund } from '../gateway.ts'
import { type LockedPayment, lockWholly } from '../payments/lock.ts'
import type { RefundStatus } from '../transitions.ts'
import { referenceOf } from './claim.ts'
import { goneIdr, interpretRefundAnswer, type ProviderRefund } from './interpret-answer.ts'

/** A refund whose row is locked. Its field `status` is updated with each decision made about the refund. */
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
  /**
   * The number of times that the provider definitely refused the refund. Refusals because the balance was too
   * small do not count.
   */
  failures: number
  waitsSince: Date | null
  failureCode: string | null
  providerRefundId: string | null
}

export interface Refusal {
  id: string
  failureCode: string
  /**
   * The id of the worker's lease under which the refused call was made. The refusal proves that no refund was
   * made if this lease still holds and the refund had no other call. Otherwise another call may have made the
   * refund.
   */
  leaseId?: string
}

/**
 * The time (s) between two checks of a refund that is pending at the provider. laku checks because the
 * refund's webhook may be lost. Most refunds take minutes, but refunds to cards take days.
 */
export const ASK_AGAIN_S = 900

/**
 * A refund that has just failed, and the facts that decide its next step. For example, another call of the
 * refund may have moved money.
 */
export interface FailedNow {
  refund: LockedRefund
  failureCode: string
  /**
   * True if another call of this refund is under way or has moved money, so that a person must decide the
   * next step.
   */
  isContradicted: boolean
  /** Set by `failRefunds`: true if the refund waits, because the balance at the provider is too small. */
  waits?: boolean
}

export interface Surplus {
  refund: LockedRefund
  fact: ProviderRefund
  amountIdr: Rupiah
}

/**
 * Collects the results of a batch of the provider's refund updates, one after another. The results are
 * written afterwards, in a few statements.
 */
export class Hearing {
  readonly #locked: Locked
  readonly changed = new Map<string, ProviderRefund>()
  readonly taken: { id: string; providerRefundId: string }[] = []
  readonly succeeded = new Map<string, { refund: LockedRefund; before: RefundStatus; fact: ProviderRefund }>()
  readonly failed = new Map<string, FailedNow>()
  readonly surplus: Surplus[] = []
  /** The refunds in the provider's answers that match no refund of ours. */
  readonly strangers: GatewayRefund[] = []
  /**
   * The contradictions between the provider and laku about a refund. The key is the refund's code. The value
   * is the provider's last update that contradicted laku, if there is one.
   */
  readonly contradicted = new Map<string, ProviderRefund | undefined>()
  /**
   * The state of each refund in the database, by the refund's id; the rows are locked. The states in memory
   * may be newer, because they are written only after all answers were collected.
   */
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
  ...nothingHeard,
})

/**
 * The initial facts of a refund at the provider, before the provider's first answer about it is applied. For
 * example, no money is booked yet.
 */
export const nothingHeard = {
  status: '',
  amountIdr: 0,
  failureCode: null,
  bookedIdr: 0,
  bookings: 0,
  nextCheckAt: null,
} as const satisfies Partial<ProviderRefund>

export interface Locked {
  byId: Map<string, LockedRefund>
  byCode: Map<string, LockedRefund>
  facts: Map<string, ProviderRefund>
  payments: Map<string, LockedPayment>
}

/**
 * Returns the code of laku's refund from the refund's reference at the provider. That reference is the code,
 * a hyphen and the number of the attempt.
 */
const codeIn = ({ referenceId }: Pick<GatewayRefund, 'referenceId'>) =>
  (referenceId ?? '').replace(/-\d+$/, '')

/** Locks the refunded payments first, then their refunds, in the same order as all other code. */
export async function lockRefunds(
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
