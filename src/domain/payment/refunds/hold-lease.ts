import { sql } from 'kysely'
import { type CallLease, leaseUntil, type Rupiah, type Work } from '../../kernel/index.ts'
import type { GatewayContext } from '../context.ts'
import type { SentRefund } from './claim.ts'

/**
 * The length of a lease in seconds of the database's own clock: longer than one call can take (10 s), with
 * its wait for the rate limit (10 s).
 */
export const LEASE_S = 30
/** The part of the lease that must be left when a call begins: the call's own 10 s. */
const CALL_S = 10

/**
 * Returns the check that runs right before a call for a refund. In one statement it confirms that this
 * process still holds the refund's lease, and counts the call. If another process has taken the lease over,
 * the check fails.
 */
export function leaseOf({ units, actor }: GatewayContext, refund: SentRefund): CallLease {
  return () =>
    leaseUntil(async () => {
      const held = await units.run(actor, (work) => holdLease(work, refund))
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

/** Frees the leases that this process claimed; leases taken over by another process stay with it. */
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
 * Takes back the count of a call of which nothing reached the provider. Only the holder of the lease may do
 * so, and only if it was the refund's one call.
 */
export async function uncall(work: Work, { id, leaseId }: SentRefund): Promise<void> {
  await sql`
    update refunds set calls = 0, first_called_at = null, last_called_at = null
    where id = ${id}::uuid and lease_id = ${leaseId}::uuid and calls = 1`.execute(work.tx)
}

/** The provider's records about a refund whose call was lost, shown to the person who decides on it. */
export interface Shown {
  refunds: { id: string; referenceId: string | null; status: string; amountIdr: Rupiah }[]
  /** The refunded sum in the provider's own record of the payment; null if the provider keeps none. */
  refundedIdr: Rupiah | null
}
