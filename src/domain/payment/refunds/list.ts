import { sql } from 'kysely'
import { idOrCode, inSql, pageOf, type Rupiah, type Tx } from '../../kernel/index.ts'
import { nameOfPerson } from '../../staff/index.ts'
import { paymentErrors } from '../errors.ts'
import { outstandingRefundStates, type RefundStatus } from '../transitions.ts'

/** A refund as staff see it. */
export interface RefundDetail {
  id: string
  code: string
  status: RefundStatus
  amountIdr: Rupiah
  paymentId: string | null
  /** The code of the refunded payment; null for quarantined money that matches no payment of ours. */
  payment: string | null
  /**
   * The code of a larger refund, if this refund is the part of it that goes into the wallet. The rest of the
   * larger refund goes to the source of the payment. Null if this refund is not such a part.
   */
  partOf: string | null
  /**
   * The part (rupiah) of this refund that goes into the wallet. It is in proportion to the part of the
   * payment that the wallet paid. 0 if the refund has no such part.
   */
  walletPartIdr: Rupiah
  reason: string
  note: string | null
  destination: 'source' | 'wallet'
  borneBy: 'factory' | 'company' | null
  attempt: number
  failureCode: string | null
  providerRefundId: string | null
  /**
   * The number of calls that sent the refund's current attempt. `firstCalledAt` and `lastCalledAt` are the
   * times of the first and the last call.
   */
  calls: number
  firstCalledAt: Date | null
  lastCalledAt: Date | null
  /**
   * The time since which the refund waits, because laku's balance at the provider is too small. The provider
   * has not settled enough incoming money yet.
   */
  waitsSince: Date | null
  /**
   * The earliest time at which the payment's channel accepts the refund; null if the refund need not wait.
   */
  sendAfter: Date | null
  /**
   * The first of the two persons who declare that the refund's call never reached the provider; null if
   * nobody did.
   */
  deadDeclaredBy: string | null
  /** The name of that person. */
  deadDeclaredName: string | null
  /** The person who gave up what the provider never ended of the refund, or the first of the two persons. */
  givenUpAskedBy: string | null
  /** The number of the answer of the provider's support. */
  givenUpTicket: string | null
  /** The second person; null while nobody has confirmed it. */
  givenUpBy: string | null
  requestedBy: string | null
  decidedBy: string | null
  /**
   * The time when laku next sends the refund or asks the provider about it; null if the refund has ended, or
   * waits for a person.
   */
  nextCheckAt: Date | null
  createdAt: Date
  submittedAt: Date | null
  finishedAt: Date | null
}

const columns = sql`
  r.id, r.code, r.status, r.amount_idr, r.payment_id, p.code as payment, o.code as part_of,
  coalesce((select w.amount_idr from refunds w where w.part_of = r.id), 0) as wallet_part_idr, r.reason, r.note, r.destination, r.borne_by, r.attempt,
  r.failure_code, r.provider_refund_id, r.calls, r.first_called_at, r.last_called_at, r.waits_since, r.send_after, r.dead_declared_by, ${nameOfPerson(sql`r.dead_declared_by`)} as dead_declared_name,
  g.given_up_asked_by, g.given_up_ticket, g.given_up_by,
  r.requested_by, r.decided_by, r.next_check_at, r.created_at, r.submitted_at, r.finished_at`

/** The latest decision to give up what the provider shows as under way of refund `r`. */
const givenUp = sql`left join lateral (
    select f.given_up_asked_by, f.given_up_ticket, f.given_up_by from provider_refunds f
    where f.refund_id = r.id and f.given_up_asked_by is not null order by f.given_up_at desc nulls first limit 1) g on true`

/** Returns one refund by its id, code or business key. For staff. @throws payment.refund_not_found */
export async function getRefund(tx: Tx, which: string | { key: string }): Promise<RefundDetail> {
  const asked = typeof which === 'string' ? idOrCode(which) : which
  const where =
    'key' in asked
      ? sql`r.key = ${asked.key}`
      : 'id' in asked
        ? sql`r.id = ${asked.id}::uuid`
        : sql`r.code = ${asked.code}`
  const { rows } = await sql<RefundDetail>`
    select ${columns} from refunds r left join payments p on p.id = r.payment_id left join refunds o on o.id = r.part_of ${givenUp} where ${where}`.execute(
    tx,
  )
  const [refund] = rows
  if (!refund) throw paymentErrors.refund_not_found({ refund: which })
  return refund
}

export interface RefundFilter {
  status?: string | undefined
  paymentId?: string | undefined
  /** Whether only refunds are listed that wait, because the balance at the provider is too small. */
  waiting?: boolean | undefined
  limit: number
  cursor?: string | undefined
}

/** Returns refunds, newest first, by keyset pages. For staff. */
export async function listRefunds(
  tx: Tx,
  { status, paymentId, waiting, limit, cursor }: RefundFilter,
): Promise<{ data: RefundDetail[]; nextCursor: string | null }> {
  const wheres = [sql`true`]
  if (status) wheres.push(sql`r.status = ${status}`)
  if (paymentId) wheres.push(sql`r.payment_id = ${paymentId}::uuid`)
  if (waiting) wheres.push(sql`r.waits_since is not null and r.status in ${inSql(outstandingRefundStates)}`)
  if (cursor) wheres.push(sql`r.id < ${cursor}::uuid`)
  const { rows } = await sql<RefundDetail>`
    select ${columns} from refunds r left join payments p on p.id = r.payment_id left join refunds o on o.id = r.part_of ${givenUp}
    where ${sql.join(wheres, sql` and `)} order by r.id desc limit ${limit + 1}`.execute(tx)
  return pageOf(rows, limit, (row) => row.id)
}

/** Returns the provider's own records of one of laku's refunds, oldest first. For staff. */
export async function listHeard(
  tx: Tx,
  refundId: string,
): Promise<
  {
    providerRefundId: string
    reference: string
    status: string
    amountIdr: Rupiah
    bookedIdr: Rupiah
    heardAt: Date
  }[]
> {
  return await tx
    .selectFrom('providerRefunds')
    .select(['providerRefundId', 'reference', 'status', 'amountIdr', 'bookedIdr', 'heardAt'])
    .where('refundId', '=', refundId)
    .orderBy('heardAt')
    .orderBy('providerRefundId')
    .execute()
}
