import { sql } from 'kysely'
import { inSql, moveState, secondsAfter, type Work } from '../../kernel/index.ts'
import { putIntoSuspense, waitingSuspenseStates } from '../../suspense/index.ts'
import { accountOf } from '../payouts/destination.ts'
import type { LockedPayout } from '../payouts/lock.ts'
import { ownerOf } from '../payouts/lock.ts'
import { nextLookS, OLDER_ONE_ARRIVED } from '../rules.ts'
import { failedPayoutStates, livePayoutStates, payoutMachine } from '../transitions.ts'
import { payoutEventPayload } from './payout-event.ts'

/** Returns true if the payout pays its settlement or withdrawal now, or may still pay it. */
const isLive = ({ status, setAside }: LockedPayout) => livePayoutStates.includes(status) && !setAside

type Droppable = Pick<LockedPayout, 'id' | 'key' | 'purpose' | 'subjectId' | 'amountIdr' | 'status'>

/**
 * Marks a payout as arrived, although laku had booked it as failed or come back. Other payouts of the same
 * settlement or withdrawal are dropped if they were never sent. Returns true if the arrived payout pays its
 * settlement or withdrawal. Returns false if another payout pays it or may still pay it. Then the arrived
 * payout is set aside.
 */
export async function revivePayout(
  work: Work,
  payouts: readonly LockedPayout[],
  payout: LockedPayout,
): Promise<boolean> {
  const others = payouts.filter(
    (otherPayout) =>
      otherPayout.subjectId === payout.subjectId && otherPayout.id !== payout.id && isLive(otherPayout),
  )
  await dropPayouts(
    work,
    others.filter((payout) => payout.calledAt === null),
  )
  const isOwn = others.every((payout) => payout.calledAt === null)
  await moveState(work, payoutMachine, {
    to: 'succeeded',
    from: failedPayoutStates,
    ids: [payout.id],
    set: {
      setAside: !isOwn,
      failureCode: null,
      finishedAt: work.now,
      nextCheckAt: payout.route === 'bank' ? null : secondsAfter(work.now, nextLookS(0) ?? 0),
    },
    all: true,
  })
  if (isOwn)
    work.emit({
      type: 'payout.revived',
      aggregate: ['payout', payout.id],
      payload: payoutEventPayload(payout),
    })
  return isOwn
}

/**
 * Ends payouts that were never sent. The provider cannot have them, so no money can move. The caller has
 * locked their rows.
 */
export async function dropPayouts(
  work: Work,
  payouts: readonly Droppable[],
  failureCode = OLDER_ONE_ARRIVED,
): Promise<void> {
  await moveState(work, payoutMachine, {
    to: 'failed',
    ids: payouts.map((payout) => payout.id),
    set: { failureCode, finishedAt: work.now, nextCheckAt: null, leaseUntil: null },
    all: true,
  })
  for (const payout of payouts) {
    // A submitted payout was already booked as on its way, so the event payout.failed reports its end. The
    // event payout.dropped reports the end of a payout that was not submitted.
    const type = payout.status === 'submitted' ? 'payout.failed' : 'payout.dropped'
    work.emit({
      type,
      aggregate: ['payout', payout.id],
      payload: payoutEventPayload(payout, failureCode),
    })
  }
}

/**
 * Drops the never-sent payouts of these settlements and withdrawals. Returns the ids of the
 * settlements and withdrawals with a payout that was sent.
 */
export async function dropUnsent(
  work: Work,
  subjectIds: readonly string[],
  failureCode = OLDER_ONE_ARRIVED,
): Promise<string[]> {
  const { rows } = await sql<LockedPayout>`
    select id, key, purpose, subject_id, user_id, factory_id, amount_idr, status, called_at, turns, set_aside, route from payouts
    where subject_id = any(${subjectIds}::uuid[]) and status in ${inSql(livePayoutStates)}
    order by id for no key update`.execute(work.tx)
  await dropPayouts(
    work,
    rows.filter((payout) => payout.calledAt === null),
    failureCode,
  )
  return rows.filter((payout) => payout.calledAt !== null).map((payout) => payout.subjectId)
}

/**
 * Sets aside a payout that arrived after all, because its settlement or withdrawal cannot take it. The
 * payout's money goes into the suspense account (unexplained money) under the payout's key. Locks the payout.
 */
export async function setPayoutAside(work: Work, payoutId: string, why: string): Promise<void> {
  const { rows } = await sql<LockedPayout>`
    update payouts set set_aside = true where id = ${payoutId} and status = 'succeeded' and not set_aside
    returning id, key, purpose, subject_id, user_id, factory_id, amount_idr, provider_payout_id, turns, route`.execute(
    work.tx,
  )
  const [payout] = rows
  if (!payout) throw new Error(`payout ${payoutId} has not arrived, or is set aside already`)
  await suspendArrived(work, payout, why)
}

/**
 * Books a payout's money into the suspense account (unexplained money). The payout arrived after another
 * payout of the same settlement or withdrawal had begun or had arrived. The receiver may have the money
 * twice.
 */
export async function suspendArrived(work: Work, payout: LockedPayout, why: string): Promise<void> {
  const { id, key, amountIdr, providerPayoutId, turns, route } = payout
  await putIntoSuspense(work, {
    key: `payout:${id}:set-aside:${turns}`,
    code: key,
    kind: 'payout',
    subjectId: id,
    providerId: providerPayoutId,
    account: route === 'bank' ? 'bank' : 'gateway',
    amountIdr,
    why,
    receivedBy: await accountOf(work, id),
    ...ownerOf(payout),
  })
}

/**
 * Lets an older payout pay a settlement or withdrawal whose newer payout failed or came back. The older
 * payout must have been set aside, and its money must still be in the suspense account (unexplained money).
 */
export async function promoteSetAside(
  work: Work,
  payouts: readonly LockedPayout[],
  gone: LockedPayout,
): Promise<void> {
  const older = payouts.find((payout) => payout.subjectId === gone.subjectId && payout.setAside)
  if (!older) return
  const { rows } = await sql<LockedPayout>`
    update payouts p set set_aside = false, turns = turns + 1
    where id = ${older.id} and set_aside and exists (
      select from suspense_items i where (i.provider_id = p.provider_payout_id or i.subject_id = p.id) and i.kind = 'payout' and i.amount_idr = p.amount_idr
        and i.status in ${inSql(waitingSuspenseStates)})
    returning id, key, purpose, subject_id, user_id, factory_id, amount_idr, provider_payout_id, turns, route`.execute(
    work.tx,
  )
  const [payout] = rows
  if (!payout) return
  const { id, key, amountIdr, providerPayoutId, turns, route } = payout
  await putIntoSuspense(work, {
    key: `payout:${id}:taken:${turns}`,
    code: key,
    kind: 'payout',
    subjectId: id,
    providerId: providerPayoutId,
    account: route === 'bank' ? 'bank' : 'gateway',
    amountIdr: -amountIdr,
    why: 'its subject takes it: the other payment did not arrive',
    ...ownerOf(payout),
  })
  work.emit({ type: 'payout.revived', aggregate: ['payout', id], payload: payoutEventPayload(payout) })
}
