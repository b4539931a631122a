import { sql } from 'kysely'
import type { Rupiah, Work } from '../../kernel/index.ts'
import { putIntoSuspense } from '../../suspense/index.ts'
import type { GatewayPayout } from '../gateway.ts'
import { accountOf } from '../payouts/destination.ts'
import type { LockedPayout } from '../payouts/lock.ts'
import { ownerOf } from '../payouts/lock.ts'
import { verdictOf } from '../rules.ts'

/**
 * Books the part of a payout's money that exceeds `ownIdr` into the suspense account (unexplained money).
 * `ownIdr` is the sum that the payout's settlement or withdrawal takes. Sums that were already booked there
 * for the payout are subtracted. So nothing changes if the provider gives the same answer a second time. The
 * caller has locked the payout's row. Returns true if something was booked.
 */
export async function bookDifference(
  work: Work,
  payout: Pick<LockedPayout, 'id' | 'key' | 'amountIdr' | 'userId' | 'factoryId'>,
  answer: Pick<GatewayPayout, 'id' | 'status' | 'amountIdr' | 'destination'>,
  ownIdr: Rupiah,
): Promise<boolean> {
  const verdict = verdictOf(answer.status)
  if (verdict === 'waiting') return false
  const leftIdr = verdict === 'succeeded' ? answer.amountIdr : 0
  const { times, bookedIdr } = await bookedOf(work, answer.id)
  const amountIdr = leftIdr - ownIdr - bookedIdr
  if (amountIdr === 0) return false
  await putIntoSuspense(work, {
    key: `payout:${answer.id}:${times + 1}`,
    code: payout.key,
    kind: 'payout',
    subjectId: payout.id,
    providerId: answer.id,
    amountIdr,
    why: whyOf(payout, answer, ownIdr),
    receivedBy: answer.destination ?? (await accountOf(work, payout.id)),
    ...ownerOf(payout),
  })
  return true
}

/**
 * Returns how often and how much was put into the suspense account (unexplained money) for one of the
 * provider's payouts. Sums about which staff have decided since are included.
 */
async function bookedOf({ tx }: Work, providerId: string): Promise<{ times: number; bookedIdr: Rupiah }> {
  const { rows } = await sql<{ times: number; bookedIdr: Rupiah }>`
    select count(*)::int as times, coalesce(sum(amount_idr), 0)::int8 as booked_idr from suspense_items
    where provider_id = ${providerId} and kind = 'payout'`.execute(tx)
  return rows[0] ?? { times: 0, bookedIdr: 0 }
}

function whyOf(
  { amountIdr }: Pick<LockedPayout, 'amountIdr'>,
  answer: Pick<GatewayPayout, 'status' | 'amountIdr'>,
  ownIdr: Rupiah,
): string {
  if (verdictOf(answer.status) !== 'succeeded')
    return `the provider says ${answer.status} about money that had left`
  return ownIdr === 0
    ? 'it arrived, but the same was already paid or being paid another time'
    : `the provider paid ${answer.amountIdr} rupiah instead of ${amountIdr}`
}
