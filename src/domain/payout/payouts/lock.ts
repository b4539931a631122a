import { sql } from 'kysely'
import type { Rupiah, Tx, Work } from '../../kernel/index.ts'
import type { PayoutEventPayload, PayoutPurpose } from '../events.ts'
import type { GatewayPayout } from '../gateway.ts'
import { failedPayoutStates, type PayoutStatus } from '../transitions.ts'

/** A payout whose row is locked. */
export interface LockedPayout {
  id: string
  key: string
  purpose: PayoutPurpose
  subjectId: string
  userId: string | null
  factoryId: string | null
  amountIdr: Rupiah
  status: PayoutStatus
  providerPayoutId: string | null
  providerStatus: string | null
  providerUpdatedAt: Date | null
  calledAt: Date | null
  submittedAt: Date | null
  finishedAt: Date | null
  turns: number
  /** The second person who gave the payout up, although the provider showed it as under way. */
  givenUpBy: string | null
  setAside: boolean
  /** The route of the payout's money: by the provider, or in a file of transfers for the bank. */
  route: PayoutEventPayload['route']
}

/**
 * Locks the payouts that the provider's answers are about, and all payouts of their settlements and
 * withdrawals, in the order of their ids.
 */
export async function lockPayouts(
  work: Work,
  { answers, ids }: { answers: readonly GatewayPayout[]; ids: readonly string[] },
): Promise<LockedPayout[]> {
  const keys = answers.flatMap((answer) => answer.referenceId ?? [])
  const read = sql<LockedPayout>`
    select id, key, purpose, subject_id, user_id, factory_id, amount_idr, status, provider_payout_id, provider_status, provider_updated_at, called_at, submitted_at,
      finished_at, turns, given_up_by, set_aside, route
    from payouts where subject_id in (
      select subject_id from payouts
      where key = any(${keys}) or id = any(${ids}::uuid[]) or provider_payout_id = any(${answers.map((answer) => answer.id)}))
    order by id for no key update`
  const { rows } = await read.execute(work.tx)
  // While this statement waited for the lock of a payout that has ended, a retry may have made a newer
  // payout. The statement does not see the newer payout, so it is run a second time. Nobody can make another
  // payout while these locks are held.
  const mayHaveNewer = rows.some(({ status }) => failedPayoutStates.includes(status))
  return mayHaveNewer ? (await read.execute(work.tx)).rows : rows
}

/**
 * Returns the withdrawals that these payouts pay, and all other tries of these withdrawals, as wishes for
 * `lockRows`, with the wallets of their users.
 */
export async function withdrawalsOf(
  tx: Tx,
  payouts: readonly Pick<LockedPayout, 'purpose' | 'subjectId' | 'userId'>[],
): Promise<{ withdrawal: { id: string[]; retryOf: string[] }; wallet: { id: string[] } }> {
  const own = payouts.filter((payout) => payout.purpose === 'withdrawal')
  if (own.length === 0) return { withdrawal: { id: [], retryOf: [] }, wallet: { id: [] } }
  const { rows } = await sql<{ id: string }>`
    with first as (
      select distinct coalesce(earlier_subject_id, subject_id) as id from payouts
      where subject_id = any(${own.map((payout) => payout.subjectId)}::uuid[])
    )
    select subject_id as id from payouts where subject_id in (select id from first)
    union select subject_id from payouts where earlier_subject_id in (select id from first)`.execute(tx)
  const ids = rows.map(({ id }) => id)
  // The newest try may have no payout yet. It is a retry of one that has.
  return {
    withdrawal: { id: ids, retryOf: ids },
    wallet: { id: own.flatMap((payout) => payout.userId ?? []) },
  }
}

/** The user or factory who owns the money of a payout. The domain that makes the payout sets this owner. */
export interface PayoutOwner {
  userId?: string
  factoryId?: string
}

/**
 * Returns the owner of a payout's money, to be stored when laku puts money of the payout into the suspense
 * account (unexplained money). Staff cannot then assign that money to the account of another user or factory.
 */
export function ownerOf({ userId, factoryId }: Pick<LockedPayout, 'userId' | 'factoryId'>): PayoutOwner {
  return { ...(userId && { userId }), ...(factoryId && { factoryId }) }
}
