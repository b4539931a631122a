import { type RawBuilder, sql } from 'kysely'
import pLimit from 'p-limit'
import {
  CALLS_AT_ONCE,
  leaseUntil,
  ProviderFailure,
  proofOf,
  retryAt,
  secondsAfter,
  type Work,
} from '../../kernel/index.ts'
import { inOneOrEach, type PutOff, setAside } from '../../ops/index.ts'
import type { PayoutContext } from '../context.ts'
import type { GatewayPayout } from '../gateway.ts'
import { applyPayoutAnswers } from '../outcomes/apply-answers.ts'
import { lockPayouts } from '../payouts/lock.ts'
import { nextLookS, UNKNOWN_FOR_S } from '../rules.ts'
import { type ClaimedPayout, claimPayouts, leaseLeft } from './claim.ts'
import { planPayouts } from './plan-by-balance.ts'
import { reportUnknown, type Shown } from './report-unknown.ts'

const BATCH_SIZE = 50
/** The longest wait (s) between checks of a payout with an unknown outcome. */
const LONGEST_WAIT_S = 3600

/**
 * The SQL condition that a payout is due to be sent, or that the provider must be asked about it. The index
 * `payouts_due` makes the query fast.
 */
export const payoutsDue = (now: Date): RawBuilder<boolean> =>
  sql<boolean>`exists (select from payouts where next_check_at <= ${now})`

/**
 * Sends payouts whose job was lost. Asks the provider about payouts that have not ended, and about those that
 * may have come back.
 */
export async function sweepPayouts(context: PayoutContext): Promise<void> {
  const { unitOfWork, actor } = context
  const ids = await unitOfWork.run(actor, async (work) => {
    const { rows } = await sql<{ id: string }>`
      select id from payouts where next_check_at <= ${work.now} order by next_check_at limit ${BATCH_SIZE}`.execute(
      work.tx,
    )
    return rows.map((row) => row.id)
  })
  await submitPayouts(context, ids)
}

interface Asked {
  payout: ClaimedPayout
  /**
   * The payouts in the provider's records under the payout's key, or the one with the known provider's id.
   */
  answers: GatewayPayout[]
  failure?: ProviderFailure
  /** The provider's records of the payout, which staff get if the outcome has been unknown for long. */
  shown?: Shown
}

/**
 * Sends payouts, the oldest first as far as the provider's balance reaches, and records the answers. A payout
 * with an unknown outcome stays submitted, and laku searches for it by its key. For `policy.providerKeyHours`
 * laku also repeats the request under that key, which never makes a second payout. The payout may exist even
 * if the provider's list lacks it or the provider refuses the repeated request. If a worker's lease ends
 * before the answer arrives, the answer is recorded all the same.
 */
export async function submitPayouts(context: PayoutContext, payoutIds: readonly string[]): Promise<void> {
  const planned = await planPayouts(context, payoutIds)
  const claimed = await inOneOrEach(context, planned, claimPayouts, putOff)
  const asked = await pLimit(CALLS_AT_ONCE).map(claimed, (payout) =>
    ask(context, payout).catch((error: unknown) => setAside(context, payout, error, putOffMine)),
  )
  await inOneOrEach(
    context,
    asked.filter((row) => row !== undefined),
    async (work, some) => {
      await record(work, some)
      return []
    },
    (work, { payout }) => putOffMine(work, payout),
  )
}

/**
 * The time (s) before a payout is handled again, after its handling threw an error. Other payouts go first,
 * because this one may throw again.
 */
const SET_ASIDE_S = 900

const putOffMine: PutOff<ClaimedPayout> = async (work, payout) => {
  await giveBack(work, payout)
  return await putOff(work, payout.id)
}

const putOff: PutOff<string> = async (work, id) => {
  const { rows } = await sql<{ key: string }>`
    update payouts set next_check_at = ${secondsAfter(work.now, SET_ASIDE_S)}
    where id = ${id}::uuid and next_check_at is not null returning key`.execute(work.tx)
  const name = rows[0]?.key ?? id
  return {
    subject: ['payout', id],
    message: `${name} could not be processed; laku tries again in ${SET_ASIDE_S / 60} minutes`,
    command: `laku payouts show ${name}`,
  }
}

async function ask(context: PayoutContext, payout: ClaimedPayout): Promise<Asked> {
  const { payouts } = context
  const { key, providerPayoutId } = payout
  try {
    if (providerPayoutId) return { payout, answers: [await payouts.getPayout(providerPayoutId)] }
    if (payout.ask === 'first') return { payout, answers: [await send(context, payout)] }
    const found = await payouts.findPayouts(key)
    if (found.length > 0) return { payout, answers: found }
    const shown = await shownOf(context, payout)
    if (payout.ask === 'look_up') return { payout, answers: [], shown }
    return { payout, shown, ...(await sendAgain(context, payout)) }
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error
    return { payout, answers: [], failure: error }
  }
}

/**
 * Sends a payout. The worker's lease on it is checked right before the request leaves. So a delayed worker
 * does not send what another worker has taken over.
 */
async function send(
  { unitOfWork, actor, payouts }: PayoutContext,
  payout: ClaimedPayout,
): Promise<GatewayPayout> {
  const { key, destination, amountIdr, description } = payout
  return await payouts.createPayout({ key, destination, amountIdr, description }, () =>
    leaseUntil(() => unitOfWork.read(actor, (work) => leaseLeft(work, payout))),
  )
}

/**
 * Sends a payout's request again under the same key. If the provider refuses it, the refusal is returned as
 * `failure`.
 */
async function sendAgain(
  context: PayoutContext,
  payout: ClaimedPayout,
): Promise<Pick<Asked, 'answers' | 'failure'>> {
  try {
    return { answers: [await send(context, payout)] }
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error
    return { answers: [], failure: error }
  }
}

/**
 * Returns the provider's records of a payout with an unknown outcome. Reading the balance costs one more
 * call. So it is read only after the outcome has been unknown long enough to notify staff.
 */
async function shownOf({ unitOfWork, payouts }: PayoutContext, { calledAt }: ClaimedPayout): Promise<Shown> {
  const isLong = secondsAfter(calledAt, UNKNOWN_FOR_S) <= unitOfWork.clock.now()
  if (!isLong) return { listed: 0 }
  try {
    return { listed: 0, balanceIdr: await payouts.balanceIdr() }
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error
    return { listed: 0 }
  }
}

async function record(work: Work, asked: readonly Asked[]): Promise<void> {
  const said: GatewayPayout[] = []
  const refused: { id: string; failureCode: string }[] = []
  // The loop below locks single payouts. If all of them are locked first, in the order of their ids, two
  // workers do not block each other.
  await lockPayouts(work, { answers: [], ids: asked.map(({ payout }) => payout.id) })
  for (const row of asked) {
    const { payout, answers, failure } = row
    if (answers.length > 0) {
      said.push(...answers)
      await giveBack(work, payout)
      continue
    }
    const proof = proofOf(payout.ask, failure ?? 'absent')
    if (proof === 'not_made' && (await isOnlyCall(work, payout)))
      refused.push({ id: payout.id, failureCode: failure?.code ?? 'REFUSED' })
    else if (proof === 'not_sent' && failure) await sendLater(work, payout, failure)
    else await askLater(work, row)
  }
  await applyPayoutAnswers(work, said, refused)
}

/**
 * Returns true if the payout has had only one call. Otherwise the refusal of one call proves nothing, because
 * the other call may have made the payout.
 */
async function isOnlyCall(work: Work, { id }: ClaimedPayout): Promise<boolean> {
  const { rows } = await sql<{ calls: number }>`
    select calls from payouts where id = ${id} for no key update`.execute(work.tx)
  return (rows[0]?.calls ?? 0) <= 1
}

async function giveBack(work: Work, { id, leaseUntil: mine }: ClaimedPayout): Promise<void> {
  await sql`update payouts set lease_until = null where id = ${id} and lease_until = ${mine}`.execute(work.tx)
}

/**
 * Postpones a payout whose call the provider did not accept, or whose call never left laku. That call is not
 * counted. So the next call is the payout's first call again, unless another worker made a call meanwhile.
 */
async function sendLater(
  work: Work,
  payout: ClaimedPayout,
  { code, retryAfterS }: ProviderFailure,
): Promise<void> {
  const { id, leaseUntil: mine, attempt } = payout
  await sql`
    update payouts set calls = greatest(calls - 1, 0), called_at = case when calls <= 1 then null else called_at end
    where id = ${id} and status = 'submitted' and provider_payout_id is null`.execute(work.tx)
  await sql`
    update payouts set lease_until = null, next_check_at = ${retryAt(work.now, attempt, retryAfterS)}, failure_code = ${code}
    where id = ${id} and lease_until = ${mine} and next_check_at is not null`.execute(work.tx)
  if (attempt < work.policy.providerAttempts) return
  work.requestAttention({
    kind: 'payout_stuck',
    subject: ['payout', id],
    message: `${payout.key} is not sent, because the provider accepts no payouts now (${code}). Ask the provider. To pay in another way, take it back with laku payouts declare-dead.`,
    command: `laku payouts show ${payout.key}`,
    details: { otherwise: `laku payouts declare-dead ${payout.key}` },
  })
}

async function askLater(work: Work, { payout, failure, shown }: Asked): Promise<void> {
  const { id, status, attempt, calledAt, leaseUntil: mine } = payout
  const toldAt = secondsAfter(calledAt, UNKNOWN_FOR_S)
  const isUnknown = status === 'submitted' && payout.providerPayoutId === null
  const again = nextTry(work, payout, failure)
  // The next check is not later than the time at which staff must be notified of the unknown outcome.
  const at = isUnknown && toldAt > work.now && again !== null && again > toldAt ? toldAt : again
  await sql`
    update payouts set lease_until = null, next_check_at = ${at},
      failure_code = case when status = 'submitted' then ${failure?.code ?? null} else failure_code end,
      absent_at = case when ${shown?.listed === 0}::boolean then ${work.now} else absent_at end
    where id = ${id} and lease_until = ${mine} and status = ${status}`.execute(work.tx)
  const isLong = isUnknown && toldAt <= work.now
  if (isLong || attempt >= work.policy.providerAttempts) await reportUnknown(work, payout, { failure, shown })
}

function nextTry({ now }: Work, payout: ClaimedPayout, failure: ProviderFailure | undefined): Date | null {
  const { status, attempt, calledAt } = payout
  if (status === 'submitted' || failure) {
    const at = retryAt(now, attempt, failure?.retryAfterS)
    const latest = secondsAfter(now, LONGEST_WAIT_S)
    return at < latest ? at : latest
  }
  // laku searches the provider for a payout that was declared dead. The search lasts as long as a bank may
  // take to send money back.
  const look = nextLookS((now.getTime() - calledAt.getTime()) / 1000)
  return look === undefined ? null : secondsAfter(calledAt, look)
}
