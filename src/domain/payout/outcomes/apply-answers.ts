import { sql } from 'kysely'
import { asRecords, inSql, lockRows, moveState, secondsAfter, type Work } from '../../kernel/index.ts'
import { isInSuspense, recordLostReference } from '../../suspense/index.ts'
import type { GatewayPayout, GatewayPayoutStatus } from '../gateway.ts'
import { type LockedPayout, lockPayouts, withdrawalsOf } from '../payouts/lock.ts'
import { movingStates, nextLookS, staleAfterS, verdictOf } from '../rules.ts'
import {
  endedOnceStates,
  failedPayoutStates,
  type PayoutStatus,
  payoutMachine,
  payoutSteps,
  pendingPayoutStates,
  sentPayoutStates,
} from '../transitions.ts'
import { bookDifference } from './book-difference.ts'
import { commandFor, payoutEventPayload, payoutMoves } from './payout-event.ts'
import { promoteSetAside, revivePayout } from './revive.ts'

export interface PayoutRefusal {
  id: string
  failureCode: string
}

/**
 * The time (s) between two checks of a payout that is under way. laku checks because the payout's webhook may
 * be lost.
 */
const ASK_AGAIN_S = 900

interface Heard {
  payout: LockedPayout
  answer: GatewayPayout
}

interface Step {
  payout: LockedPayout
  to: PayoutStatus
  answer?: GatewayPayout
  failureCode?: string
}

/**
 * Updates any number of payouts to their state at the provider. `answers` were read from the provider, and
 * may come in any order. `refusals` are payouts that the provider definitely did not accept. A known or
 * outdated answer changes nothing. An answer that contradicts the known state is booked, too. If no
 * settlement or withdrawal can take the payout's money, the money goes into the suspense account (unexplained
 * money).
 */
export async function applyPayoutAnswers(
  work: Work,
  answers: readonly GatewayPayout[],
  refusals: readonly PayoutRefusal[] = [],
): Promise<void> {
  if (answers.length === 0 && refusals.length === 0) return
  const payouts = await lockPayouts(work, { answers, ids: refusals.map((refusal) => refusal.id) })
  // One batch may have outcomes of several kinds. The reactions to each kind lock wallets and then post to
  // the ledger. So all withdrawals and wallets are locked here, before the first posting.
  await lockRows(work.tx, await withdrawalsOf(work.tx, payouts))
  const steps: Step[] = []
  for (const { id, failureCode } of refusals) {
    const payout = payouts.find((payout) => payout.id === id)
    if (payout?.status === 'submitted') steps.push({ payout, to: 'failed', failureCode })
  }
  const heard = await matched(work, payouts, await withoutGivenUp(work, payouts, answers))
  const sure: Heard[] = []
  const odd: Heard[] = []
  for (const item of heard) {
    const some = stepsTo(item)
    if (some) steps.push(...some)
    if (isPlain(item)) sure.push(item)
    else odd.push(item)
  }
  await take(work, steps)
  await note(work, sure)
  for (const otherHeard of sure) {
    // The provider may have sent back more money than the payout's amount. The difference is then booked into
    // the suspense account (unexplained money).
    if (verdictOf(otherHeard.answer.status) === 'reversed')
      await bookDifference(work, otherHeard.payout, otherHeard.answer, 0)
  }
  for (const otherHeard of odd) await contradict(work, payouts, otherHeard)
  for (const { payout, to } of steps) {
    if (to === 'failed' || to === 'reversed') await promoteSetAside(work, payouts, payout)
  }
}

/**
 * Returns the answers without those which say that a given-up payout is still under way. Two persons know of
 * that, so it is no contradiction. laku looks at the payout again as often as at a paid one.
 */
async function withoutGivenUp(
  work: Work,
  payouts: readonly LockedPayout[],
  answers: readonly GatewayPayout[],
): Promise<GatewayPayout[]> {
  const stuck = payouts.filter(
    ({ givenUpBy, status, providerPayoutId }) =>
      givenUpBy !== null &&
      failedPayoutStates.includes(status) &&
      answers.some((answer) => answer.id === providerPayoutId && verdictOf(answer.status) === 'waiting'),
  )
  if (stuck.length === 0) return [...answers]
  const rows = stuck.map(({ id, finishedAt }) => ({ id, nextCheckAt: nextLookAt(finishedAt, work.now) }))
  await sql`
    update payouts p set next_check_at = w.next_check_at, attempt = 0
    from jsonb_to_recordset(${asRecords(rows)}::jsonb) as w(id uuid, next_check_at timestamptz) where p.id = w.id`.execute(
    work.tx,
  )
  return answers.filter(
    (answer) =>
      !stuck.some(({ providerPayoutId }) => providerPayoutId === answer.id) ||
      verdictOf(answer.status) !== 'waiting',
  )
}

/**
 * Returns the provider's latest answer about each of laku's payouts. A second payout at the provider under
 * the same key is booked into the suspense account (unexplained money).
 */
async function matched(
  work: Work,
  payouts: readonly LockedPayout[],
  answers: readonly GatewayPayout[],
): Promise<Heard[]> {
  const latest = new Map<string, Heard>()
  for (const answer of answers) {
    const payout = payouts.find((payout) =>
      payout.providerPayoutId === null
        ? payout.key === answer.referenceId
        : payout.providerPayoutId === answer.id,
    )
    const sameKey = payouts.find((payout) => payout.key === answer.referenceId)
    if (payout && !isOld(payout, answer)) {
      const before = latest.get(payout.id)
      if (!before || before.answer.id === answer.id) latest.set(payout.id, { payout, answer })
      else await bookDifference(work, payout, answer, 0)
    } else if (!payout && sameKey) await bookDifference(work, sameKey, answer, 0)
    else if (!payout) await tellOfStranger(work, answer)
  }
  return [...latest.values()]
}

/**
 * Returns true if the provider's answer is older than the payout's known state, by the provider's clock. If
 * the two times are equal or one is unknown, the states decide. A payout that has ended cannot be under way
 * again, and one that came back cannot succeed. So such an answer is old.
 */
function isOld(payout: LockedPayout, { updatedAt, status }: GatewayPayout): boolean {
  const known = payout.providerUpdatedAt
  if (updatedAt && known && updatedAt.getTime() !== known.getTime()) return updatedAt < known
  const verdict = verdictOf(status)
  if (payout.status === 'reversed') return verdict === 'succeeded' || verdict === 'waiting'
  return verdict === 'waiting' && endedOnceStates.includes(payout.status)
}

/**
 * Returns the state changes that the provider's answer causes for a payout under way or paid; undefined if
 * there are none.
 */
function stepsTo({ payout, answer }: Heard): Step[] | undefined {
  const verdict = verdictOf(answer.status)
  const failureCode = answer.failureCode ?? answer.status
  const step = (to: PayoutStatus): Step =>
    to === 'succeeded' ? { payout, to, answer } : { payout, to, answer, failureCode }
  if (verdict === 'waiting') return payout.status === 'created' ? [step('submitted')] : undefined
  if (pendingPayoutStates.includes(payout.status)) {
    const first = payout.status === 'created' ? [step('submitted')] : []
    if (verdict === 'reversed') return [...first, step('succeeded'), step('reversed')]
    return [...first, step(verdict)]
  }
  // A paid payout that the provider now reports as failed counts as come back.
  if (payout.status === 'succeeded' && verdict !== 'succeeded' && !payout.setAside) return [step('reversed')]
  return undefined
}

/** Returns true if the provider's answer may follow the payout's known state, and has the payout's amount. */
function isPlain({ payout, answer }: Heard): boolean {
  const verdict = verdictOf(answer.status)
  if (answer.amountIdr !== payout.amountIdr && verdict === 'succeeded') return false
  if (payout.setAside) return verdict === 'succeeded'
  switch (payout.status) {
    case 'created':
    case 'submitted':
      return true
    case 'succeeded':
      return verdict === 'succeeded' || verdict === 'reversed'
    case 'failed':
      return verdict === 'failed'
    case 'reversed':
      return verdict === 'reversed' || verdict === 'failed'
  }
}

async function take(work: Work, steps: readonly Step[]): Promise<void> {
  for (const to of payoutSteps) {
    const some = steps.filter((step) => step.to === to)
    const rows = some.map(({ payout, answer, failureCode }) => ({
      id: payout.id,
      providerPayoutId: answer?.id ?? null,
      providerStatus: answer?.status ?? null,
      providerUpdatedAt: answer?.updatedAt ?? null,
      failureCode: failureCode ?? null,
      nextCheckAt:
        to === 'succeeded'
          ? secondsAfter(work.now, nextLookS(0) ?? 0)
          : to === 'submitted'
            ? secondsAfter(work.now, ASK_AGAIN_S)
            : null,
    }))
    await moveState(work, payoutMachine, {
      to,
      from: to === 'submitted' ? 'created' : to === 'reversed' ? 'succeeded' : 'submitted',
      rows,
      all: true,
      set: {
        ...(to === 'submitted'
          ? { submittedAt: work.now, calledAt: work.now, lastCalledAt: work.now }
          : { finishedAt: work.now }),
        providerPayoutId: sql`coalesce(r.provider_payout_id, t.provider_payout_id)`,
        providerStatus: sql`coalesce(r.provider_status, t.provider_status)`,
        providerUpdatedAt: sql`coalesce(r.provider_updated_at, t.provider_updated_at)`,
      },
    })
    for (const { payout, failureCode } of some) {
      const payload = payoutEventPayload(payout, failureCode)
      work.emit({ type: payoutMoves[to], aggregate: ['payout', payout.id], payload })
    }
  }
}

/**
 * Records the provider's answers that do not change the payout's state. Stores the provider's own state and
 * the time of the next check, and notifies staff of slow payouts.
 */
async function note(work: Work, heard: readonly Heard[]): Promise<void> {
  const waiting = heard.filter(
    ({ payout, answer }) =>
      verdictOf(answer.status) === 'waiting' || payout.status === verdictOf(answer.status),
  )
  const rows = waiting.map(({ payout, answer }) => ({
    id: payout.id,
    providerPayoutId: answer.id,
    providerStatus: answer.status,
    providerUpdatedAt: answer.updatedAt ?? null,
    nextCheckAt: nextCheck(payout, work.now),
  }))
  await sql`
    update payouts p set provider_payout_id = w.provider_payout_id, next_check_at = w.next_check_at, attempt = 0,
      failure_code = case when p.status in ${inSql(sentPayoutStates)} then null else p.failure_code end,
      provider_updated_at = coalesce(w.provider_updated_at, p.provider_updated_at),
      provider_status = case p.status when 'submitted' then w.provider_status else p.provider_status end
    from jsonb_to_recordset(${asRecords(rows)}::jsonb) as w(
      id uuid, provider_payout_id text, provider_status text, provider_updated_at timestamptz, next_check_at timestamptz)
    where p.id = w.id and p.status in ${inSql(sentPayoutStates)}`.execute(work.tx)
  // These payouts had failed or come back, and then the provider began to send them again. That has ended
  // now. So newer payouts that waited for it may be sent.
  await sql`
    update payouts p set provider_status = w.provider_status, next_check_at = null
    from jsonb_to_recordset(${asRecords(rows)}::jsonb) as w(id uuid, provider_status text)
    where p.id = w.id and p.status in ${inSql(failedPayoutStates)} and p.provider_status = any(${movingStates})
      and w.provider_status <> all(${movingStates})`.execute(work.tx)
  for (const { payout, answer } of waiting) reportSlowPayout(work, payout, answer.status)
}

const ageS = (since: Date | null, now: Date) => (since ? (now.getTime() - since.getTime()) / 1000 : 0)

function nextCheck({ status, finishedAt }: LockedPayout, now: Date): Date | null {
  if (status !== 'succeeded' || !finishedAt) return secondsAfter(now, ASK_AGAIN_S)
  return nextLookAt(finishedAt, now)
}

/** Returns the time at which laku looks again at a payout that has ended; null after the last look. */
function nextLookAt(finishedAt: Date | null, now: Date): Date | null {
  const look = nextLookS(ageS(finishedAt, now))
  return look === undefined || !finishedAt ? null : secondsAfter(finishedAt, look)
}

function reportSlowPayout(work: Work, payout: LockedPayout, status: GatewayPayoutStatus): void {
  const { id, key, submittedAt } = payout
  if (payout.status !== 'submitted' || ageS(submittedAt, work.now) < staleAfterS(status)) return
  work.requestAttention({
    kind: 'payout_stuck',
    subject: ['payout', id],
    message: `${key} has been ${status} at the provider for too long. Ask the provider.`,
    command: commandFor(payout),
  })
}

/**
 * Handles the provider's answer about a payout that contradicts its earlier answer or the requested amount.
 * The money is booked by the new answer. Laku asks the provider again soon, and a person decides the next
 * step for the settlement or withdrawal.
 */
async function contradict(
  work: Work,
  payouts: readonly LockedPayout[],
  { payout, answer }: Heard,
): Promise<void> {
  const verdict = verdictOf(answer.status)
  const before = payout.status
  if (await isKnown(work, { payout, answer })) return
  await sql`
    update payouts set turns = turns + 1, provider_payout_id = ${answer.id}, provider_status = ${answer.status},
      provider_updated_at = coalesce(${answer.updatedAt ?? null}::timestamptz, provider_updated_at),
      next_check_at = ${secondsAfter(work.now, ASK_AGAIN_S)}
    where id = ${payout.id}`.execute(work.tx)
  const turned = { ...payout, turns: payout.turns + 1 }
  let ownIdr = verdict === 'succeeded' ? payout.amountIdr : 0
  if (payout.setAside) {
    ownIdr = 0
    if (verdict === 'failed' || verdict === 'reversed') await endSetAside(work, turned, answer)
  } else if (verdict === 'succeeded' && (before === 'failed' || before === 'reversed')) {
    ownIdr = (await revivePayout(work, payouts, turned)) ? payout.amountIdr : 0
  }
  if (verdict !== 'waiting') await bookDifference(work, turned, answer, ownIdr)
  else if (before === 'failed' || before === 'reversed') reportUnexpectedPayout(work, payout, answer)
  work.emit({
    type: 'payout.contradicted',
    aggregate: ['payout', payout.id],
    payload: { ...payoutEventPayload(turned), from: before, says: answer.status },
  })
}

/**
 * Returns true if the same answer about a payout was read before and is fully booked. Then only the time of
 * the next check is set.
 */
async function isKnown(work: Work, { payout, answer }: Heard): Promise<boolean> {
  const verdict = verdictOf(answer.status)
  const revives = verdict === 'succeeded' && failedPayoutStates.includes(payout.status)
  if (payout.providerStatus !== answer.status || revives) return false
  const ownIdr = verdict === 'succeeded' && !payout.setAside ? payout.amountIdr : 0
  if (await bookDifference(work, payout, answer, ownIdr)) return false
  const again =
    verdict === 'waiting'
      ? secondsAfter(work.now, ASK_AGAIN_S)
      : payout.status === 'succeeded'
        ? nextCheck(payout, work.now)
        : null
  await sql`update payouts set next_check_at = ${again} where id = ${payout.id}`.execute(work.tx)
  return true
}

/**
 * Ends a payout that had been set aside, because its settlement or withdrawal could not take the money. Now
 * the money has come back.
 */
async function endSetAside(work: Work, { id }: LockedPayout, answer: GatewayPayout): Promise<void> {
  await moveState(work, payoutMachine, {
    to: 'reversed',
    from: 'succeeded',
    ids: [id],
    set: { setAside: false, finishedAt: work.now, failureCode: answer.failureCode ?? answer.status },
    all: true,
  })
}

/** Reports a payout at the provider whose reference matches no payout of laku. */
async function tellOfStranger(work: Work, answer: GatewayPayout): Promise<void> {
  const verdict = verdictOf(answer.status)
  if (verdict === 'succeeded' || verdict === 'waiting')
    await recordLostReference(work, { reference: answer.referenceId, providerId: answer.id })
  // If the provider's transaction list was read already, the unexpected payout's money is in the suspense
  // account (unexplained money). Staff were notified of that money, so no second attention item is raised.
  const told = { reference: answer.referenceId, providerId: answer.id }
  if (verdict !== 'succeeded' || (await isInSuspense(work, told))) return
  work.requestAttention({
    kind: 'payout_unexpected',
    subject: ['provider_payout', answer.id],
    message:
      'The provider made a payout that laku did not ask for. Its money goes into suspense when the list of the provider is read; run the command to read it now.',
    command: 'laku payments sync',
    details: { referenceId: answer.referenceId, says: answer.status, amountIdr: answer.amountIdr },
  })
}

function reportUnexpectedPayout(work: Work, { id, key, status }: LockedPayout, answer: GatewayPayout): void {
  work.requestAttention({
    kind: 'payout_unexpected',
    subject: ['payout', id],
    message: `${key} is ${status} in laku, but the provider says ${answer.status}, so it may still be paid. laku sends nothing for it now; ask the provider.`,
    command: commandFor({ key }),
    details: { says: answer.status, status },
  })
}
