import { sql } from 'kysely'
import {
  actorLabel,
  identityOf,
  moveState,
  ProviderFailure,
  requireReason,
  requireStaff,
  secondsAfter,
  shellWord,
  type Work,
} from '../../kernel/index.ts'
import { endAttention, requireSecondPerson } from '../../ops/index.ts'
import type { PayoutContext } from '../context.ts'
import { payoutErrors } from '../errors.ts'
import type { PayoutPurpose } from '../events.ts'
import { isNamed, type PayoutView, showPayout } from '../payouts/read.ts'
import { GIVEN_UP, nextLookS, verdictOf } from '../rules.ts'
import { failedPayoutStates, type PayoutStatus, payoutMachine } from '../transitions.ts'
import { applyPayoutAnswers } from './apply-answers.ts'
import { payoutEventPayload } from './payout-event.ts'

interface Stuck {
  id: string
  key: string
  purpose: PayoutPurpose
  subjectId: string
  amountIdr: number
  status: PayoutStatus
  providerPayoutId: string | null
  providerStatus: string | null
  /**
   * The time of laku's last update about the payout: its submission, or the end that the provider took back.
   */
  since: Date
  leaseUntil: Date | null
  givenUpAskedBy: string | null
  givenUpTicket: string | null
}

/**
 * Asks the provider about a payout that staff want to give up, and books the answer. So a payout that has
 * ended meanwhile is never given up.
 * @throws payout.not_found, not_under_way, kernel.forbidden; ProviderFailure where the provider does not say
 */
export async function askAboutStuckPayout(context: PayoutContext, named: string): Promise<void> {
  const { unitOfWork, actor, payouts } = context
  const { providerPayoutId } = await unitOfWork.run(actor, async (work) => {
    requireStaff(work.actor, 'finance')
    return requireUnderWay(await lockStuck(work, named))
  })
  try {
    const answer = await payouts.getPayout(providerPayoutId)
    await unitOfWork.run(actor, (work) => applyPayoutAnswers(work, [answer]))
  } catch (error) {
    // A provider that does not know its own payout any more will not finish it either.
    if (!(error instanceof ProviderFailure && error.outcome === 'refused')) throw error
  }
}

export interface GivenUpPayout {
  /** The UUID of the payout, or its key at the provider. */
  payout: string
  /** The number of the answer in which the provider's support says that it will never finish the payout. */
  ticket: string
}

/**
 * Gives up, by two persons, a payout that the provider shows as under way although its support says that the
 * payout will never be made. After that its money may be paid again. Both persons give the same ticket.
 * `askAboutStuckPayout` runs before. If the payout is made nevertheless, it is booked as a contradiction.
 * @throws payout.not_found, not_under_way, lease_alive, not_stuck_yet, other_ticket, same_person,
 * kernel.approver_not_independent, reason_required, forbidden
 */
export async function giveUpPayout(
  work: Work,
  { payout: named, ticket }: GivenUpPayout,
): Promise<PayoutView> {
  requireStaff(work.actor, 'finance')
  const reason = requireReason(work)
  const payout = requireUnderWay(await lockStuck(work, named))
  const { id, key, status, leaseUntil, givenUpAskedBy, givenUpTicket } = payout
  if (leaseUntil !== null && leaseUntil > work.now)
    throw payoutErrors.lease_alive({ payout: key, leaseUntil })
  const from = secondsAfter(payout.since, work.policy.providerStuckDays * 86_400)
  if (work.now < from) throw payoutErrors.not_stuck_yet({ payout: key, from })
  const by = actorLabel(work.actor)
  if (givenUpAskedBy === null) {
    await sql`
      update payouts set given_up_asked_by = ${by}, given_up_ticket = ${ticket} where id = ${id}::uuid`.execute(
      work.tx,
    )
    work.requestAttention({
      kind: 'payout_stuck',
      subject: ['payout', id],
      message: `One person gave up ${key}, by ticket ${ticket} of the provider. A second person must confirm it with the same command.`,
      command: `laku payouts declare-dead ${key} --ticket ${shellWord(ticket)}`,
      details: { ticket, reason },
    })
  } else {
    if (identityOf(ticket) !== identityOf(givenUpTicket ?? ''))
      throw payoutErrors.other_ticket({ payout: key, ticket: givenUpTicket })
    await requireSecondPerson(work, givenUpAskedBy, () =>
      payoutErrors.same_person({ payout: key, askedBy: givenUpAskedBy }),
    )
    await end(work, payout, by)
  }
  const after = await showPayout(work, id)
  work.audit({
    command: 'payouts declare-dead',
    subject: ['payout', id],
    before: { status, providerStatus: payout.providerStatus, givenUpAskedBy },
    after: { status: after.status, ticket, reason },
  })
  return after
}

async function end(work: Work, payout: Stuck, by: string): Promise<void> {
  const { id } = payout
  const set = {
    givenUpBy: by,
    givenUpAt: work.now,
    // laku asks about it again on the days on which it looks at paid ones, in case it is made after all.
    nextCheckAt: secondsAfter(work.now, nextLookS(0) ?? 0),
    leaseUntil: null,
  }
  if (payout.status === 'submitted') {
    await moveState(work, payoutMachine, {
      to: 'failed',
      from: 'submitted',
      ids: [id],
      all: true,
      set: { ...set, failureCode: GIVEN_UP, finishedAt: work.now },
    })
    work.emit({
      type: 'payout.failed',
      aggregate: ['payout', id],
      payload: payoutEventPayload(payout, GIVEN_UP),
    })
  } else
    await sql`
      update payouts set given_up_by = ${by}, given_up_at = ${work.now}, next_check_at = ${set.nextCheckAt} where id = ${id}::uuid`.execute(
      work.tx,
    )
  await endAttention(work, 'payout_stuck', id, 'it was given up')
  await endAttention(work, 'payout_unexpected', id, 'it was given up')
}

async function lockStuck({ tx }: Work, named: string): Promise<Stuck> {
  const { rows } = await sql<Stuck>`
    select id, key, purpose, subject_id, amount_idr, status, provider_payout_id, provider_status,
      greatest(submitted_at, finished_at, created_at) as since, lease_until,
      given_up_asked_by, given_up_ticket
    from payouts p where ${isNamed(named)} and given_up_by is null for no key update`.execute(tx)
  const [row] = rows
  if (!row) throw payoutErrors.not_found({ payout: named })
  return row
}

/** Requires that the provider has the payout and has not ended it, by its last answer. */
function requireUnderWay(payout: Stuck): Stuck & { providerPayoutId: string } {
  const { key, status, providerPayoutId, providerStatus } = payout
  const isOpen = status === 'submitted' || failedPayoutStates.includes(status)
  if (
    !isOpen ||
    providerPayoutId === null ||
    providerStatus === null ||
    verdictOf(providerStatus) !== 'waiting'
  )
    throw payoutErrors.not_under_way({ payout: key, status, providerStatus })
  return { ...payout, providerPayoutId }
}
