import { sql } from 'kysely'
import { actorLabel, moveState, requireReason, requireStaff, type Work } from '../../kernel/index.ts'
import { endAttention, requireSecondPerson } from '../../ops/index.ts'
import { payoutErrors } from '../errors.ts'
import type { PayoutPurpose } from '../events.ts'
import { isNamed, type PayoutView, showPayout } from '../payouts/read.ts'
import { DECLARED_DEAD, deadFrom, isMoving, nextLookS, TAKEN_BACK } from '../rules.ts'
import { type PayoutStatus, payoutMachine } from '../transitions.ts'
import { payoutEventPayload } from './payout-event.ts'
import { dropPayouts } from './revive.ts'

interface Doubtful {
  id: string
  key: string
  purpose: PayoutPurpose
  subjectId: string
  amountIdr: number
  status: PayoutStatus
  providerPayoutId: string | null
  providerStatus: string | null
  calledAt: Date | null
  lastCalledAt: Date | null
  absentAt: Date | null
  leaseUntil: Date | null
  turns: number
  deadAskedBy: string | null
  givenUpAskedBy: string | null
  givenUpBy: string | null
}

/**
 * Declares, by two people, that a payout with an unknown outcome was never made: the first asks, and the
 * second confirms. After that a new payout may be sent. The key of the old payout must have expired. A day
 * after its last call, the provider's list must still lack it. If the old payout arrives nevertheless, it is
 * booked as a contradiction.
 *
 * A payout of which no call ever reached the provider is ended at once, and by one person: its money surely
 * did not move.
 * @throws payout.not_found, not_unknown, too_early, lease_alive, same_person,
 * kernel.approver_not_independent, reason_required, forbidden
 */
export async function declareDead(work: Work, { payout: named }: { payout: string }): Promise<PayoutView> {
  requireStaff(work.actor, 'finance')
  const reason = requireReason(work)
  const payout = await lockDoubtful(work, named)
  if (isUnsent(work, payout)) return await takeBack(work, payout, reason)
  requireDead(work, payout)
  const { id, deadAskedBy } = payout
  const by = actorLabel(work.actor)
  if (deadAskedBy === null) {
    await sql`
      update payouts set dead_asked_by = ${by}, dead_asked_at = ${work.now}, dead_reason = ${reason} where id = ${id}`.execute(
      work.tx,
    )
    work.audit({
      command: 'payouts declare-dead',
      subject: ['payout', id],
      before: { status: payout.status },
      after: { status: payout.status, askedBy: by, reason },
    })
    return await showPayout(work, id)
  }
  await requireSecondPerson(work, deadAskedBy, () =>
    payoutErrors.same_person({ payout: payout.key, askedBy: deadAskedBy }),
  )
  const look = nextLookS(0) ?? 0
  await moveState(work, payoutMachine, {
    to: 'failed',
    from: 'submitted',
    ids: [id],
    all: true,
    set: {
      failureCode: DECLARED_DEAD,
      // The payout's last known state at the provider is cleared. So if the provider reports the same state
      // again, it counts as a new update.
      providerStatus: null,
      finishedAt: work.now,
      nextCheckAt: new Date(work.now.getTime() + look * 1000),
      leaseUntil: null,
      deadBy: by,
      deadAt: work.now,
    },
  })
  await endAttention(work, 'payout_stuck', id, 'it was declared dead')
  work.emit({
    type: 'payout.failed',
    aggregate: ['payout', id],
    payload: payoutEventPayload(payout, DECLARED_DEAD),
  })
  work.audit({
    command: 'payouts declare-dead',
    subject: ['payout', id],
    before: { status: payout.status, askedBy: deadAskedBy },
    after: { status: 'failed', failureCode: DECLARED_DEAD, reason },
  })
  return await showPayout(work, id)
}

/**
 * Returns true if a claimed payout surely never reached the provider. `called_at` is set before each call. It
 * is emptied again only if no call of the payout reached the provider.
 */
const isUnsent = ({ now }: Work, { status, calledAt, providerPayoutId, leaseUntil }: Doubtful) =>
  status === 'submitted' &&
  calledAt === null &&
  providerPayoutId === null &&
  (leaseUntil === null || leaseUntil <= now)

async function takeBack(work: Work, payout: Doubtful, reason: string): Promise<PayoutView> {
  const { id, status } = payout
  await dropPayouts(work, [payout], TAKEN_BACK)
  await endAttention(work, 'payout_stuck', id, 'it was never sent, and was taken back')
  work.audit({
    command: 'payouts declare-dead',
    subject: ['payout', id],
    before: { status },
    after: { status: 'failed', failureCode: TAKEN_BACK, reason },
  })
  return await showPayout(work, id)
}

/**
 * Refuses a person's request to declare a payout dead, or to give it up: laku goes on looking for the payout.
 * @throws payout.not_found, nothing_asked, kernel.reason_required, forbidden
 */
export async function keepPayout(work: Work, { payout: named }: { payout: string }): Promise<PayoutView> {
  requireStaff(work.actor, 'finance')
  requireReason(work)
  const { id, key, status, deadAskedBy, givenUpAskedBy, givenUpBy } = await lockDoubtful(work, named)
  const isDeclared = deadAskedBy !== null && status === 'submitted'
  const isGivenUp = givenUpAskedBy !== null && givenUpBy === null
  if (!isDeclared && !isGivenUp) throw payoutErrors.nothing_asked({ payout: key })
  await sql`
    update payouts set given_up_asked_by = case when given_up_by is null then null else given_up_asked_by end,
      given_up_ticket = case when given_up_by is null then null else given_up_ticket end,
      dead_asked_by = case when ${isDeclared}::boolean then null else dead_asked_by end,
      dead_asked_at = case when ${isDeclared}::boolean then null else dead_asked_at end,
      dead_reason = case when ${isDeclared}::boolean then null else dead_reason end
    where id = ${id}::uuid`.execute(work.tx)
  work.audit({
    command: 'payouts keep',
    subject: ['payout', id],
    before: { status, askedBy: deadAskedBy ?? givenUpAskedBy },
    after: { status },
  })
  return await showPayout(work, id)
}

async function lockDoubtful(work: Work, named: string): Promise<Doubtful> {
  const { rows } = await sql<Doubtful>`
    select id, key, purpose, subject_id, amount_idr, status, provider_payout_id, provider_status, called_at, last_called_at, absent_at,
      lease_until, turns, dead_asked_by, given_up_asked_by, given_up_by
    from payouts p where ${isNamed(named)} for no key update`.execute(work.tx)
  const [row] = rows
  if (!row) throw payoutErrors.not_found({ payout: named })
  return row
}

function requireDead({ now, policy }: Work, payout: Doubtful): void {
  const { key, status, calledAt, providerPayoutId, providerStatus, absentAt, leaseUntil } = payout
  if (status !== 'submitted' || calledAt === null || (providerStatus !== null && isMoving(providerStatus)))
    throw payoutErrors.not_unknown({ payout: key, status, providerStatus })
  if (leaseUntil !== null && leaseUntil > now) throw payoutErrors.lease_alive({ payout: key, leaseUntil })
  const from = deadFrom({ calledAt, lastCalledAt: payout.lastCalledAt ?? calledAt, absentAt }, policy)
  // Usually the provider's list must lack a payout that is declared dead. This is not required if laku knows
  // the payout's id at the provider. Then the payout exists there, but in a state that laku does not know.
  const isSeen = providerPayoutId !== null || (absentAt !== null && absentAt >= from)
  if (now < from || !isSeen) throw payoutErrors.too_early({ payout: key, from, absentAt })
}
