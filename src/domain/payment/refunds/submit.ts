import { type RawBuilder, sql } from 'kysely'
import pLimit from 'p-limit'
import {
  attempt,
  CALLS_AT_ONCE,
  inSql,
  type ProviderFailure,
  secondsAfter,
  type Work,
} from '../../kernel/index.ts'
import { inOneOrEach, type PutOff, setAside } from '../../ops/index.ts'
import type { GatewayContext } from '../context.ts'
import type { GatewayRefund } from '../gateway.ts'
import { listLagS } from '../reconciliation/list-lag.ts'
import { arrivedRefundStates } from '../transitions.ts'
import { applyRefundAnswers } from './apply-answers.ts'
import { askRefund, type RefundAnswer } from './call-provider.ts'
import { claimRefunds, type SentRefund } from './claim.ts'
import { freeLeases, type Shown, uncall } from './hold-lease.ts'
import { planByBalance } from './plan-by-balance.ts'

const BATCH_SIZE = 50

/**
 * The SQL condition that a refund is due to be sent, or that the provider must be asked about it. The indexes
 * `refunds_due` and `provider_refunds_due` make the query fast.
 */
export const refundsDue = (now: Date): RawBuilder<boolean> =>
  sql<boolean>`(exists (select from refunds where next_check_at <= ${now})
    or exists (select from provider_refunds where next_check_at <= ${now}))`

/**
 * Sends refunds whose job was lost or that failed before, and asks the provider about refunds without a final
 * answer.
 */
export async function sweepRefunds(context: GatewayContext): Promise<void> {
  const { unitOfWork, actor } = context
  const ids = await unitOfWork.run(actor, async (work) => {
    const { rows } = await sql<{ id: string }>`
      select id from refunds where next_check_at <= ${work.now} order by next_check_at limit ${BATCH_SIZE}`.execute(
      work.tx,
    )
    return rows.map((row) => row.id)
  })
  await submitRefunds(context, ids)
  await askAboutOthers(context)
}

/**
 * Sends decided refunds to the provider, the oldest first, as far as the provider's balance reaches, and
 * records its answers. A few calls run at once. A refund with an unknown outcome stays submitted, and laku
 * searches for it at the provider. If the refund's id there is known, laku asks about that id instead.
 */
export async function submitRefunds(context: GatewayContext, refundIds: readonly string[]): Promise<void> {
  const planned = await planByBalance(context, refundIds)
  const claimed = await inOneOrEach(context, planned, claimRefunds, putOff)
  const asked = await pLimit(CALLS_AT_ONCE).map(claimed, (refund) =>
    askRefund(context, refund).catch((error: unknown) => setAside(context, refund, error, giveBack)),
  )
  const answers = asked.filter((refundAnswer) => refundAnswer !== undefined)
  await inOneOrEach(
    context,
    answers,
    async (work, some) => {
      await record(work, some)
      await freeLeases(
        work,
        some.map((refundAnswer) => refundAnswer.refund),
      )
      return []
    },
    (work, { refund }) => giveBack(work, refund),
  )
}

/**
 * The time (s) before a refund is handled again, after its handling threw an error. Other refunds go first,
 * because this one may throw again.
 */
const SET_ASIDE_S = 900

const giveBack: PutOff<SentRefund> = async (work, refund) => {
  await freeLeases(work, [refund])
  return await putOff(work, refund.id)
}

const putOff: PutOff<string> = async (work, id) => {
  const { rows } = await sql<{ code: string }>`
    update refunds set next_check_at = case when next_check_at is null then null else ${secondsAfter(work.now, SET_ASIDE_S)}::timestamptz end
    where id = ${id}::uuid returning code`.execute(work.tx)
  const code = rows[0]?.code ?? id
  return {
    subject: ['refund', id],
    message: `${code} could not be processed; laku tries again in ${SET_ASIDE_S / 60} minutes`,
    command: `laku refunds show ${code}`,
  }
}

const OTHERS_AGAIN_S = 900

/**
 * Asks the provider about additional refunds. The provider may have several refunds under way for one refund
 * of laku. laku's refund follows only one of them. The provider is asked about each of the others until it
 * ends.
 */
async function askAboutOthers(context: GatewayContext): Promise<void> {
  const { unitOfWork, actor, gateway } = context
  const ids = await unitOfWork.run(actor, async (work) => {
    const { rows } = await sql<{ id: string }>`
      update provider_refunds set next_check_at = ${secondsAfter(work.now, OTHERS_AGAIN_S)}
      where provider_refund_id in (
        select provider_refund_id from provider_refunds where next_check_at <= ${work.now} order by next_check_at limit ${BATCH_SIZE}
        for update skip locked)
      returning provider_refund_id as id`.execute(work.tx)
    return rows.map((row) => row.id)
  })
  if (ids.length === 0) return
  const answers = await pLimit(CALLS_AT_ONCE).map(ids, (id) => attempt(() => gateway.getRefund(id)))
  const heard = answers.filter((answer): answer is GatewayRefund => 'amountIdr' in answer)
  await inOneOrEach(
    context,
    heard,
    async (work, some) => {
      await applyRefundAnswers(work, some)
      return []
    },
    async (_, { id, referenceId }) => ({
      subject: ['provider_refund', id],
      message: `The provider's answer about its refund ${referenceId ?? id} could not be recorded`,
      command: 'laku payments reconcile',
    }),
  )
}

async function record(work: Work, answers: readonly RefundAnswer[]): Promise<void> {
  const heard = answers.flatMap((answer) => ('heard' in answer ? answer.heard : []))
  const failures = answers.flatMap((answer) => ('failure' in answer ? [answer] : []))
  const refused = failures
    .filter((failure) => failure.proof === 'not_made')
    .map(({ refund: { id, leaseId }, failure }) => ({ id, failureCode: failure.code, leaseId }))
  for (const { refund } of failures.filter((failure) => failure.proof === 'not_sent'))
    await uncall(work, refund)
  await applyRefundAnswers(work, heard, refused)
  for (const failure of failures)
    if (failure.proof !== 'not_made') await askLater(work, failure.refund, failure.failure)
  for (const answer of answers) if ('shown' in answer) await scheduleNextSearch(work, answer.refund, answer)
  await endLooks(
    work,
    answers.flatMap((answer) =>
      'heard' in answer && answer.refund.status !== 'submitted' ? [answer.refund] : [],
    ),
  )
}

/**
 * Ends the search at the provider for a refund's second call. That call's outcome is unknown, but the
 * refund's money is already paid or in the wallet.
 */
async function endLooks(work: Work, refunds: readonly SentRefund[]): Promise<void> {
  if (refunds.length === 0) return
  await sql`
    update refunds set next_check_at = null
    where id = any(${refunds.map((refund) => refund.id)}::uuid[]) and status in ${inSql(arrivedRefundStates)}`.execute(
    work.tx,
  )
}

const SHORTEST_WAIT_S = 10
const LONGEST_WAIT_S = 3600
/**
 * The time (s) after which a person is notified that the provider has not answered about a refund: half an
 * hour.
 */
const STUCK_S = 1800

const ageS = ({ firstCalledAt }: SentRefund, now: Date) =>
  firstCalledAt ? (now.getTime() - firstCalledAt.getTime()) / 1000 : 0

const waitS = (age: number) => Math.min(LONGEST_WAIT_S, Math.max(SHORTEST_WAIT_S, age))

async function askLater(
  work: Work,
  refund: SentRefund,
  { code, retryAfterS }: ProviderFailure,
): Promise<void> {
  const { firstAskedAt } = await postpone(work, refund, (age) => retryAfterS ?? waitS(age), code)
  if (firstAskedAt && (work.now.getTime() - firstAskedAt.getTime()) / 1000 > STUCK_S)
    reportStuck(
      work,
      refund,
      `the provider does not answer (${code}). Try again, or ask the provider.`,
      `laku refunds retry ${refund.code}`,
    )
}

/**
 * Schedules the next search for a refund that the provider's records do not show yet. `listLagS` after the
 * refund's last call, the provider's lists must show it. So the next search is not later than that.
 */
async function scheduleNextSearch(
  work: Work,
  refund: SentRefund,
  { shown, over, isMute, mayBe }: { shown: Shown; over: boolean; isMute: boolean; mayBe: string | undefined },
): Promise<void> {
  const { lastCalledAt } = refund
  const leftS = lastCalledAt
    ? (lastCalledAt.getTime() - work.now.getTime()) / 1000 + listLagS(work.policy)
    : 0
  if (over && refund.status !== 'submitted') return await endLooks(work, [refund])
  await postpone(work, refund, (age) => (leftS > 0 ? Math.min(waitS(age), leftS) : waitS(age)))
  const { code } = refund
  if (mayBe) {
    const why = `the provider has a refund of the same payment without our reference (${mayBe}), so laku sends nothing. If it is this refund, take it over.`
    return reportStuck(work, refund, why, `laku refunds retry ${code} --provider-refund-id ${mayBe}`, shown)
  }
  if (!over && ageS(refund, work.now) <= STUCK_S) return
  const why = over
    ? 'its request was lost, and the provider does not show it, so laku sends it no more. Check at the provider, then declare it dead.'
    : isMute
      ? 'its request was lost, and the provider does not say what was refunded, so laku does not send it again. Check at the provider.'
      : 'its request was lost, and the provider does not show it yet. laku keeps asking; look at it if this does not end.'
  reportStuck(
    work,
    refund,
    why,
    over ? `laku refunds declare-dead ${code}` : `laku refunds show ${code}`,
    shown,
  )
}

/**
 * Postpones a refund's next check, unless another worker has taken the refund over or the refund has ended.
 */
async function postpone(
  work: Work,
  refund: SentRefund,
  afterS: (ageS: number) => number,
  failureCode: string | null = null,
): Promise<{ firstAskedAt: Date | null }> {
  const asked = await sql<{ firstAskedAt: Date }>`
    select coalesce(first_called_at, submitted_at) as first_asked_at from refunds
    where id = ${refund.id}::uuid and lease_id = ${refund.leaseId}::uuid`.execute(work.tx)
  const firstAskedAt = asked.rows[0]?.firstAskedAt ?? null
  if (!firstAskedAt) return { firstAskedAt }
  const age = (work.now.getTime() - firstAskedAt.getTime()) / 1000
  await sql`
    update refunds set next_check_at = ${secondsAfter(work.now, afterS(age))},
      failure_code = case status when 'submitted' then coalesce(${failureCode}, failure_code) else failure_code end
    where id = ${refund.id}::uuid and lease_id = ${refund.leaseId}::uuid and attempt = ${refund.attempt}
      and (status = 'submitted' or next_check_at is not null)`.execute(work.tx)
  return { firstAskedAt }
}

function reportStuck(
  work: Work,
  { id, code, amountIdr }: SentRefund,
  why: string,
  command: string,
  shown?: Shown,
): void {
  work.requestAttention({
    kind: 'refund_stuck',
    subject: ['refund', id],
    message: `${code}: ${why}`,
    command,
    details: { amountIdr, ...shown },
  })
}
