import { sql } from 'kysely'
import { type CallLease, leaseUntil, type Rupiah, type Work } from '../../kernel/index.ts'
import type { GatewayContext } from '../context.ts'
import type { SentRefund } from './claim.ts'

/**
 * The length of a worker's lease on a refund, in seconds of the database's clock. The lease must be longer
 * than a call (10 s) and the wait for the rate limit before it (10 s).
 */
export const LEASE_S = 30
/**
 * The time (s) that must be left of a worker's lease on a refund when a call begins. A call needs this time,
 * because it lasts up to 10 s.
 */
const CALL_S = 10

/** The SQL condition that no worker holds a lease on refund `r`. */
export const free = sql`(r.lease_until is null or r.lease_until < clock_timestamp())`

/**
 * Returns the check that runs right before a refund's call to the provider. In one statement it confirms that
 * this process still holds the lease on the refund, and counts the call. The check fails if another process
 * has taken over the lease.
 */
export function leaseOf({ unitOfWork, actor }: GatewayContext, refund: SentRefund): CallLease {
  return () =>
    leaseUntil(async () => {
      const held = await unitOfWork.run(actor, (work) => holdLease(work, refund))
      if (!held) return undefined
      refund.calls = held.calls
      return (LEASE_S - CALL_S) * 1000
    })
}

async function holdLease(
  work: Work,
  { id, leaseId, attempt }: SentRefund,
): Promise<{ calls: number } | undefined> {
  const { rows } = await sql<{ calls: number }>`
    update refunds set calls = calls + 1, first_called_at = coalesce(first_called_at, ${work.now}), last_called_at = ${work.now},
      lease_until = clock_timestamp() + ${LEASE_S} * interval '1 second'
    where id = ${id}::uuid and lease_id = ${leaseId}::uuid and status = 'submitted' and attempt = ${attempt}
    returning calls`.execute(work.tx)
  return rows[0]
}

/**
 * Frees this process's leases on these refunds. A lease that another process took over stays with that
 * process.
 */
export async function freeLeases(work: Work, refunds: readonly SentRefund[]): Promise<void> {
  const [first] = refunds
  if (!first) return
  await sql`
    update refunds set lease_until = null
    where id = any(${refunds.map((refund) => refund.id)}::uuid[]) and lease_id = ${first.leaseId}::uuid`.execute(
    work.tx,
  )
}

/**
 * Undoes the count of a refund's call if nothing of the call reached the provider. Only the holder of the
 * lease on the refund may do so, and only if the refund had no other call.
 */
export async function uncall(work: Work, { id, leaseId }: SentRefund): Promise<void> {
  await sql`
    update refunds set calls = 0, first_called_at = null, last_called_at = null
    where id = ${id}::uuid and lease_id = ${leaseId}::uuid and calls = 1`.execute(work.tx)
}

/**
 * The provider's records about a refund whose call was lost. They are displayed to the person who decides
 * about the refund.
 */
export interface Shown {
  refunds: { id: string; referenceId: string | null; status: string; amountIdr: Rupiah }[]
  /** The refunded sum in the provider's own record of the payment; null if the record has no such sum. */
  refundedIdr: Rupiah | null
}
