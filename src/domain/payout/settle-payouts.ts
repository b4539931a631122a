import { sql } from 'kysely'
import { asRecords, moveState, secondsAfter, type Work } from '../kernel/index.ts'
import type { PayoutPurpose } from './events.ts'
import type { GatewayPayout, GatewayPayoutStatus } from './gateway.ts'
import { commandFor, payoutNews } from './payout-news.ts'
import { nextLookS, patienceS, verdictOf } from './rules.ts'
import { type PayoutStatus, payoutMachine } from './transitions.ts'

/** A payout, locked. */
interface LockedPayout {
  id: string
  key: string
  purpose: PayoutPurpose
  subjectId: string
  amountIdr: number
  status: PayoutStatus
  submittedAt: Date | null
  finishedAt: Date | null
}

export interface PayoutRefusal {
  id: string
  failureCode: string
}

/** A payout under way is asked about this often, for its webhook may be lost. */
const ASK_AGAIN_S = 900

interface Move {
  payout: LockedPayout
  to: PayoutStatus
  answer?: GatewayPayout
  failureCode?: string
}

/**
 * Brings payouts to what the provider says of them, any number at once, in whatever order it is heard: success only when it says
 * SUCCEEDED, failure only on a definite no, and what came back is reversed even after a success. `answers` must have been read from
 * the provider; `refusals` are definite noes to being taken on. What is known already changes nothing.
 */
export async function settlePayouts(
  work: Work,
  answers: readonly GatewayPayout[],
  refusals: readonly PayoutRefusal[] = [],
): Promise<void> {
  if (answers.length === 0 && refusals.length === 0) return
  const payouts = await lockPayouts(work, answers, refusals)
  const byKey = new Map([...payouts.values()].map((payout) => [payout.key, payout]))
  const moves: Move[] = []
  for (const { id, failureCode } of refusals) {
    const payout = payouts.get(id)
    if (payout?.status === 'submitted') moves.push({ payout, to: 'failed', failureCode })
  }
  const waiting: { payout: LockedPayout; answer: GatewayPayout }[] = []
  for (const answer of answers) {
    const payout = byKey.get(answer.referenceId)
    const verdict = verdictOf(answer.status)
    if (!payout || payout.amountIdr !== answer.amountIdr) raiseUnexpected(work, answer, payout)
    else if (verdict === 'waiting') waiting.push({ payout, answer })
    else if (payout.status === verdict) waiting.push({ payout, answer })
    else moves.push(...movesTo(work, payout, answer))
  }
  await move(work, moves)
  await note(work, waiting)
}

async function lockPayouts(
  work: Work,
  answers: readonly GatewayPayout[],
  refusals: readonly PayoutRefusal[],
): Promise<Map<string, LockedPayout>> {
  const { rows } = await sql<LockedPayout>`
    select id, key, purpose, subject_id, amount_idr, status, submitted_at, finished_at from payouts
    where key = any(${answers.map((one) => one.referenceId)}) or id = any(${refusals.map((one) => one.id)}::uuid[])
    order by id for no key update`.execute(work.tx)
  return new Map(rows.map((row) => [row.id, row]))
}

/** A reversal of what was not seen to succeed is both: the money left, and it came back. */
function movesTo(work: Work, payout: LockedPayout, answer: GatewayPayout): Move[] {
  const verdict = verdictOf(answer.status)
  const failureCode = answer.failureCode ?? answer.status
  if (payout.status === 'submitted') {
    if (verdict === 'failed') return [{ payout, to: 'failed', answer, failureCode }]
    const succeeded: Move = { payout, to: 'succeeded', answer }
    return verdict === 'reversed' ? [succeeded, { payout, to: 'reversed', answer, failureCode }] : [succeeded]
  }
  if (payout.status === 'succeeded' && verdict === 'reversed') {
    return [{ payout, to: 'reversed', answer, failureCode }]
  }
  // Old news of what has come back since is none.
  if (payout.status !== 'reversed') raiseUnexpected(work, answer, payout)
  return []
}

async function move(work: Work, moves: readonly Move[]): Promise<void> {
  for (const to of ['succeeded', 'failed', 'reversed'] as const) {
    const some = moves.filter((one) => one.to === to)
    const rows = some.map(({ payout, answer, failureCode }) => ({
      id: payout.id,
      providerPayoutId: answer?.id ?? null,
      providerStatus: answer?.status ?? null,
      failureCode: failureCode ?? null,
      nextCheckAt: to === 'succeeded' ? secondsAfter(work.now, nextLookS(0) ?? 0) : null,
    }))
    await moveState(work, payoutMachine, {
      to,
      from: to === 'reversed' ? 'succeeded' : 'submitted',
      rows,
      all: true,
      set: {
        finishedAt: work.now,
        providerPayoutId: sql`coalesce(r.provider_payout_id, t.provider_payout_id)`,
        providerStatus: sql`coalesce(r.provider_status, t.provider_status)`,
      },
    })
    for (const { payout, failureCode } of some) {
      const payload = payoutNews(payout, failureCode)
      work.emit({ type: `payout.${to}`, aggregate: ['payout', payout.id], payload })
    }
  }
}

/** Nothing new but the provider's word: when to ask again, and whether it takes too long. */
async function note(
  work: Work,
  waiting: readonly { payout: LockedPayout; answer: GatewayPayout }[],
): Promise<void> {
  const rows = waiting.map(({ payout, answer }) => ({
    id: payout.id,
    providerPayoutId: answer.id,
    providerStatus: answer.status,
    nextCheckAt: nextCheck(payout, work.now),
  }))
  await sql`
    update payouts p set provider_payout_id = w.provider_payout_id, next_check_at = w.next_check_at, attempt = 0, failure_code = null,
      provider_status = case p.status when 'submitted' then w.provider_status else p.provider_status end
    from jsonb_to_recordset(${asRecords(rows)}::jsonb) as w(
      id uuid, provider_payout_id text, provider_status text, next_check_at timestamptz)
    where p.id = w.id and p.status in ('submitted', 'succeeded')`.execute(work.tx)
  for (const { payout, answer } of waiting) raiseSlow(work, payout, answer.status)
}

const ageS = (since: Date | null, now: Date) => (since ? (now.getTime() - since.getTime()) / 1000 : 0)

function nextCheck({ status, finishedAt }: LockedPayout, now: Date): Date | null {
  if (status !== 'succeeded' || !finishedAt) return secondsAfter(now, ASK_AGAIN_S)
  const look = nextLookS(ageS(finishedAt, now))
  return look === undefined ? null : secondsAfter(finishedAt, look)
}

function raiseSlow(work: Work, payout: LockedPayout, status: GatewayPayoutStatus): void {
  const { id, key, submittedAt } = payout
  if (payout.status !== 'submitted' || ageS(submittedAt, work.now) < patienceS(status)) return
  work.raise({
    kind: 'payout_stuck',
    subject: ['payout', id],
    message: `${key} is ${status} at the provider for too long: ask them`,
    command: commandFor(payout),
  })
}

/** Money that moved without, or against, what is written here. */
function raiseUnexpected(work: Work, answer: GatewayPayout, payout: LockedPayout | undefined): void {
  if (verdictOf(answer.status) !== 'succeeded' && payout?.status !== 'succeeded') return
  work.raise({
    kind: 'payout_unexpected',
    subject: ['provider_payout', answer.id],
    message: 'the provider says something of a payout that does not agree with what laku knows',
    command: 'laku payments reconcile',
    details: {
      referenceId: answer.referenceId,
      says: answer.status,
      amountIdr: answer.amountIdr,
      payoutId: payout?.id ?? null,
      status: payout?.status ?? null,
    },
  })
}
