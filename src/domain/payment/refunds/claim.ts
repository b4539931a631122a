import { sql } from 'kysely'
import { inSql, moveState, newId, type Rupiah, secondsAfter, type Work } from '../../kernel/index.ts'
import { credit, debit, post } from '../../ledger/index.ts'
import { isPaused } from '../../ops/index.ts'
import {
  arrivedRefundStates,
  outstandingRefundStates,
  type RefundStatus,
  refundMachine,
  triedRefundStates,
} from '../transitions.ts'
import { divertBesideSurplus } from './divert.ts'
import { free, LEASE_S } from './hold-lease.ts'

/** A refund that this process may send, or ask the provider about, while its lease on the refund holds. */
export interface SentRefund {
  id: string
  code: string
  amountIdr: Rupiah
  reason: string
  status: RefundStatus
  attempt: number
  /**
   * The number of times that this attempt's request was sent to Xendit. If Xendit refuses the first request,
   * no refund was made. If it refuses a repeated request, an earlier one may have made the refund.
   */
  calls: number
  firstCalledAt: Date | null
  lastCalledAt: Date | null
  leaseId: string
  providerRefundId: string | null
  /** True if Xendit's refund with id `providerRefundId` was read and belongs to this refund. */
  isTaken: boolean
  invoiceId: string
  paymentId: string | null
  paymentRequestId: string | null
  /**
   * Xendit's ids of earlier requests of the refund that two persons gave up while Xendit showed them as under
   * way.
   */
  givenUp: string[]
  /** The sum that all refunds of the same payment have paid out together, according to laku's ledger. */
  bookedIdr: Rupiah
}

/**
 * The time (s, by laku's clock) after which another worker may take a refund whose worker died. The lease of
 * the dead worker must have ended too.
 */
const CLAIMED_S = 60
const PAUSED_S = 60

/**
 * Returns the reference by which Xendit knows an attempt of a refund. A new attempt gets a new reference. It
 * starts only after Xendit has certainly refused the attempt before.
 */
export const referenceOf = ({ code, attempt }: Pick<SentRefund, 'code' | 'attempt'>) => `${code}-${attempt}`

/**
 * Reserves refunds that are to be sent to Xendit, or about which Xendit is to be asked. Each refund is
 * reserved for one worker at a time. Approved refunds become submitted, and failed refunds get their next
 * attempt; both are posted in the ledger. Submitted refunds without a final answer keep their state. An ended
 * refund is reserved only if one of its calls has an unknown outcome. All other refunds are left out, so a
 * job that runs twice does nothing. The reservation (lease) ends by the database's own clock, because laku's
 * clock may be shifted.
 */
export async function claimRefunds(work: Work, refundIds: readonly string[]): Promise<SentRefund[]> {
  if (refundIds.length === 0) return []
  if (await isPaused(work.tx, 'xendit')) {
    await postpone(work, refundIds)
    return []
  }
  await divertBesideSurplus(work, refundIds)
  const leaseId = newId()
  const moved = await moveToSubmitted(work, refundIds, leaseId)
  const sent = moved.filter((row) => row.before !== 'submitted')
  await post(
    work,
    sent.map(({ id, attempt, amountIdr }) => ({
      key: `refund:${id}:submitted:${attempt}`,
      kind: 'refund.submitted',
      subject: ['refund', id],
      entries: [debit('refunds-payable', amountIdr), credit('refunds-in-flight', amountIdr)],
    })),
  )
  const ended = await leaseEnded(work, refundIds, leaseId)
  return await readClaimed(work, [...moved.map((row) => row.id), ...ended])
}

const lease = (leaseId: string) => ({
  leaseId,
  leaseUntil: sql`clock_timestamp() + ${LEASE_S} * interval '1 second'`,
})

interface Moved {
  id: string
  attempt: number
  amountIdr: Rupiah
  before: RefundStatus
}

async function moveToSubmitted(work: Work, refundIds: readonly string[], leaseId: string): Promise<Moved[]> {
  const isNew = sql`due.before = 'failed'`
  const ifNew = (value: unknown, otherwise: ReturnType<typeof sql>) =>
    sql`case when ${isNew} then ${value} else ${otherwise} end`
  return await moveState<RefundStatus, 'refunds', Moved>(work, refundMachine, {
    to: 'submitted',
    stays: true,
    with: sql`due as (
      select r.id, r.status as before from refunds r
      where r.id = any(${refundIds}::uuid[]) and r.destination = 'source' and ${free} and (
        (r.status = 'approved' and (r.send_after is null or r.send_after <= ${work.now}))
        or (r.status in ${inSql(triedRefundStates)} and r.next_check_at <= ${work.now}))
      order by r.id for no key update of r)`,
    using: sql`due`,
    where: sql`due.id = t.id`,
    set: {
      nextCheckAt: secondsAfter(work.now, CLAIMED_S),
      ...lease(leaseId),
      attempt: ifNew(sql`t.attempt + 1`, sql`t.attempt`),
      calls: ifNew(sql`0`, sql`t.calls`),
      firstCalledAt: ifNew(sql`null::timestamptz`, sql`t.first_called_at`),
      lastCalledAt: ifNew(sql`null::timestamptz`, sql`t.last_called_at`),
      providerRefundId: ifNew(sql`null::text`, sql`t.provider_refund_id`),
      deadDeclaredBy: ifNew(sql`null::text`, sql`t.dead_declared_by`),
      deadDeclaredAt: ifNew(sql`null::timestamptz`, sql`t.dead_declared_at`),
      submittedAt: sql`case due.before when 'submitted' then t.submitted_at else ${work.now}::timestamptz end`,
    },
    returning: sql`t.id, t.attempt, t.amount_idr, due.before`,
  })
}

/**
 * Leases refunds that have ended, but about which laku must still ask Xendit. Such a refund was sent by two
 * calls. The answer to one call ended it, and the answer to the other is still unknown.
 */
async function leaseEnded(work: Work, refundIds: readonly string[], leaseId: string): Promise<string[]> {
  const { leaseUntil } = lease(leaseId)
  const { rows } = await sql<{ id: string }>`
    update refunds r set next_check_at = ${secondsAfter(work.now, CLAIMED_S)}, lease_id = ${leaseId}::uuid, lease_until = ${leaseUntil}
    where r.id = any(${refundIds}::uuid[]) and r.destination = 'source' and r.status in ${inSql(arrivedRefundStates)}
      and r.next_check_at <= ${work.now} and ${free}
    returning r.id`.execute(work.tx)
  return rows.map((row) => row.id)
}

async function readClaimed(work: Work, ids: readonly string[]): Promise<SentRefund[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<SentRefund>`
    select r.id, r.code, r.amount_idr, r.reason, r.status, r.attempt, r.calls, r.first_called_at, r.last_called_at, r.lease_id,
      r.provider_refund_id, coalesce(q.provider_invoice_id, p.provider_invoice_id) as invoice_id,
      case when q.id is null then p.provider_payment_id else q.provider_payment_id end as payment_id,
      case when q.id is null then p.provider_payment_request_id else q.provider_payment_request_id end as payment_request_id,
      b.booked_idr,
      array(select f.provider_refund_id from provider_refunds f where f.refund_id = r.id and f.given_up_by is not null) as given_up,
      exists (select from provider_refunds f where f.provider_refund_id = r.provider_refund_id and f.refund_id = r.id) as is_taken
    from refunds r
    left join payments p on p.id = r.payment_id
    left join quarantined_money q on q.id = r.quarantine_id
    cross join lateral (
      select coalesce(sum(f.booked_idr), 0)::int8 as booked_idr
      from refunds o join provider_refunds f on f.refund_id = o.id
      where o.id = r.id or (o.payment_id = r.payment_id and o.quarantine_id is not distinct from r.quarantine_id)
    ) b
    where r.id = any(${ids}::uuid[]) order by r.created_at, r.id`.execute(work.tx)
  return rows
}

async function postpone(work: Work, refundIds: readonly string[]): Promise<void> {
  await sql`
    update refunds set next_check_at = ${secondsAfter(work.now, PAUSED_S)}
    where id = any(${refundIds}::uuid[]) and status in ${inSql(outstandingRefundStates)} and next_check_at is not null`.execute(
    work.tx,
  )
}
