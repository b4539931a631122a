import { type RawBuilder, sql } from 'kysely'
import pLimit from 'p-limit'
import { ProviderFailure, retryAt, secondsAfter, type Work } from '../kernel/index.ts'
import { type ClaimedPayout, claimPayouts } from './claim-payouts.ts'
import type { PayoutContext } from './context.ts'
import type { GatewayPayout, PayoutGateway } from './gateway.ts'
import { commandFor } from './payout-news.ts'
import { NEVER_ARRIVED, NOT_FOUND_COUNTS_S } from './rules.ts'
import { settlePayouts } from './settle-payouts.ts'

const A_RUN = 50
/** Of the 10 calls a second that the provider takes at an endpoint. */
const CALLS_AT_ONCE = 5

/** True when a payout waits to be sent, or to be asked about. Answered by the index `payouts_due`. */
export const payoutsDue = (now: Date): RawBuilder<boolean> =>
  sql<boolean>`exists (select from payouts where next_check_at <= ${now})`

/** Sends what a lost job left behind, and asks about what the provider has not decided, and about what may have come back. */
export async function sweepPayouts(context: PayoutContext): Promise<void> {
  const { units, actor } = context
  const ids = await units.run(actor, async (work) => {
    const { rows } = await sql<{ id: string }>`
      select id from payouts where next_check_at <= ${work.now} order by next_check_at limit ${A_RUN}`.execute(
      work.tx,
    )
    return rows.map((row) => row.id)
  })
  await submitPayouts(context, ids)
}

type Answer =
  | { payout: ClaimedPayout; answer: GatewayPayout }
  | { payout: ClaimedPayout; failure: ProviderFailure }
  /** Asked for by its key, and the provider has none. */
  | { payout: ClaimedPayout; missing: true }

/**
 * Sends payouts and records what the provider says, a few calls at once. One whose outcome is unknown stays submitted and is
 * asked for by its key, never sent again; only when the provider still has none ten minutes after the call did it fail.
 */
export async function submitPayouts(context: PayoutContext, payoutIds: readonly string[]): Promise<void> {
  const { units, actor, payouts } = context
  const claimed = await units.run(actor, (work) => claimPayouts(work, payoutIds))
  if (claimed.length === 0) return
  const answers = await pLimit(CALLS_AT_ONCE).map(claimed, (payout) => ask(payouts, payout))
  await units.run(actor, (work) => record(work, answers))
}

async function ask(gateway: PayoutGateway, payout: ClaimedPayout): Promise<Answer> {
  const { key, destination, amountIdr, description, providerPayoutId, sends } = payout
  try {
    if (providerPayoutId) return { payout, answer: await gateway.getPayout(providerPayoutId) }
    if (sends) {
      return { payout, answer: await gateway.createPayout({ key, destination, amountIdr, description }) }
    }
    const [found] = await gateway.findPayouts(key)
    return found ? { payout, answer: found } : { payout, missing: true }
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error
    return { payout, failure: error }
  }
}

async function record(work: Work, answers: readonly Answer[]): Promise<void> {
  const said: GatewayPayout[] = []
  const refused: { id: string; failureCode: string }[] = []
  for (const one of answers) {
    const { payout } = one
    if ('answer' in one) said.push(one.answer)
    else if ('missing' in one) {
      const definite = secondsAfter(payout.calledAt, NOT_FOUND_COUNTS_S)
      if (definite <= work.now) refused.push({ id: payout.id, failureCode: NEVER_ARRIVED })
      else await later(work, payout, { at: soonest(definite, retryAt(work.now, payout.attempt)) })
    } else if (isDefiniteNo(one)) refused.push({ id: payout.id, failureCode: one.failure.code })
    else await afterFailure(work, payout, one.failure)
  }
  await settlePayouts(work, said, refused)
}

/**
 * A refusal of the sending itself: nothing happened. DUPLICATE_ERROR says that the key is known, so it is asked for instead; and a
 * question that is refused says nothing about the money.
 */
function isDefiniteNo({ payout, failure }: { payout: ClaimedPayout; failure: ProviderFailure }): boolean {
  return payout.sends && failure.outcome === 'refused' && failure.code !== 'DUPLICATE_ERROR'
}

const soonest = (a: Date, b: Date) => (a < b ? a : b)

async function afterFailure(work: Work, payout: ClaimedPayout, failure: ProviderFailure): Promise<void> {
  const { code, outcome, retryAfterS } = failure
  // Not taken, or never sent on its way: it is sent again, under the same key.
  const untouched = payout.sends && (outcome === 'limited' || outcome === 'unreachable')
  await later(work, payout, { at: retryAt(work.now, payout.attempt, retryAfterS), code, untouched })
  if (payout.attempt < work.policy.providerAttempts) return
  work.raise({
    kind: 'payout_stuck',
    subject: ['payout', payout.id],
    message: `${payout.key}: the provider has not answered: ${code}`,
    command: commandFor(payout),
  })
}

async function later(
  work: Work,
  { id, status }: ClaimedPayout,
  { at, code = null, untouched = false }: { at: Date; code?: string | null; untouched?: boolean },
): Promise<void> {
  await sql`
    update payouts set next_check_at = ${at}, failure_code = ${code},
      called_at = case when ${untouched}::boolean then null else called_at end
    where id = ${id} and status = ${status} and (provider_payout_id is null or not ${untouched}::boolean)`.execute(
    work.tx,
  )
}
