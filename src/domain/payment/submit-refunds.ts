import { type RawBuilder, sql } from 'kysely'
import pLimit from 'p-limit'
import { ProviderFailure, secondsAfter, type Work } from '../kernel/index.ts'
import { claimRefunds, referenceOf, type SentRefund } from './claim-refunds.ts'
import { CALLS_AT_ONCE, type GatewayContext } from './context.ts'
import type { GatewayRefund, GatewayRefundReason, PaymentGateway } from './gateway.ts'
import { settleRefunds } from './settle-refunds.ts'

const A_RUN = 50

/** True when a refund waits to be sent, or to be asked about. Answered by the index `refunds_due`. */
export const refundsDue = (now: Date): RawBuilder<boolean> =>
  sql<boolean>`exists (select from refunds where next_check_at <= ${now})`

/** Sends what a lost job left behind or what failed before, and asks about what the provider has not answered. */
export async function sweepRefunds(context: GatewayContext): Promise<void> {
  const { units, actor } = context
  const ids = await units.run(actor, async (work) => {
    const { rows } = await sql<{ id: string }>`
      select id from refunds where next_check_at <= ${work.now} order by next_check_at limit ${A_RUN}`.execute(
      work.tx,
    )
    return rows.map((row) => row.id)
  })
  await submitRefunds(context, ids)
}

type Answer = { refund: SentRefund; answer: GatewayRefund } | { refund: SentRefund; failure: ProviderFailure }

/**
 * Sends decided refunds to the provider and records what it says, a few calls at once. An outcome that is unknown stays
 * submitted: the same key asks again, and can make no second refund. One whose id is known is asked about instead.
 */
export async function submitRefunds(context: GatewayContext, refundIds: readonly string[]): Promise<void> {
  const { units, actor, gateway } = context
  const claimed = await units.run(actor, (work) => claimRefunds(work, refundIds))
  if (claimed.length === 0) return
  const now = units.clock.now()
  const [stale, live] = [
    claimed.filter((one) => isStale(one, now)),
    claimed.filter((one) => !isStale(one, now)),
  ]
  const answers = await pLimit(CALLS_AT_ONCE).map(live, (refund) => ask(gateway, refund))
  await units.run(actor, async (work) => {
    await record(work, answers)
    await handOver(work, stale)
  })
}

async function ask(gateway: PaymentGateway, refund: SentRefund): Promise<Answer> {
  try {
    const { providerRefundId } = refund
    if (providerRefundId) return { refund, answer: await gateway.getRefund(providerRefundId) }
    const answer = await gateway.createRefund({
      idempotencyKey: `${refund.id}:${refund.attempt}`,
      invoiceId: refund.invoiceId,
      referenceId: referenceOf(refund),
      amountIdr: refund.amountIdr,
      reason: reasonFor(refund.reason),
    })
    return { refund, answer }
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error
    return { refund, failure: error }
  }
}

function reasonFor(reason: string): GatewayRefundReason {
  if (reason === 'buyer_left') return 'REQUESTED_BY_CUSTOMER'
  return reason.startsWith('paid_twice') ? 'DUPLICATE' : 'CANCELLATION'
}

async function record(work: Work, answers: readonly Answer[]): Promise<void> {
  const said = answers.flatMap((one) => ('answer' in one ? [one.answer] : []))
  const failures = answers.flatMap((one) => ('failure' in one ? [one] : []))
  const refused = failures.filter(isDefiniteNo).map(({ refund: { id }, failure }) => ({
    id,
    failureCode: failure.code,
  }))
  const silent = failures.filter((one) => !isDefiniteNo(one))
  await settleRefunds(work, said, refused)
  for (const { refund, failure } of silent) await askLater(work, refund, failure)
}

/** They speak of a refund that is there already: to a repeated call it may be the very one that was asked for. */
const ofAnother: ReadonlySet<string> = new Set(['REFUND_IN_PROGRESS', 'MAXIMUM_REFUND_AMOUNT_REACHED'])

/**
 * Only to an attempt that was never taken on is a no definite; a look at one that was can fail in other ways, and DUPLICATE_ERROR says
 * that the key is known.
 */
function isDefiniteNo({ refund, failure }: { refund: SentRefund; failure: ProviderFailure }): boolean {
  const { outcome, code } = failure
  if (outcome !== 'refused' || refund.providerRefundId || code === 'DUPLICATE_ERROR') return false
  return !(refund.isRepeat && ofAnother.has(code))
}

const SHORTEST_WAIT_S = 10
const LONGEST_WAIT_S = 3600
/** Half an hour without an answer is a person's business too. */
const STUCK_S = 1800
/** Xendit keeps idempotency keys for a day; a refund whose outcome is still unknown then must not be sent again blindly. */
const KEY_GOOD_S = 20 * 3600

const ageS = ({ submittedAt }: SentRefund, now: Date) => (now.getTime() - submittedAt.getTime()) / 1000
const isStale = (refund: SentRefund, now: Date) => !refund.providerRefundId && ageS(refund, now) > KEY_GOOD_S

async function askLater(
  work: Work,
  refund: SentRefund,
  { code, retryAfterS }: ProviderFailure,
): Promise<void> {
  const age = ageS(refund, work.now)
  const waitS = retryAfterS ?? Math.min(LONGEST_WAIT_S, Math.max(SHORTEST_WAIT_S, age))
  await sql`
    update refunds set next_check_at = ${secondsAfter(work.now, waitS)}, failure_code = ${code}
    where id = ${refund.id} and status = 'submitted' and attempt = ${refund.attempt}`.execute(work.tx)
  if (age > STUCK_S) raiseStuck(work, refund, `the provider has not answered: ${code}`)
}

/** Nobody can say whether it was made, and the key no longer protects from a second one: a person looks at the provider's book. */
async function handOver(work: Work, refunds: readonly SentRefund[]): Promise<void> {
  for (const refund of refunds) {
    await sql`
      update refunds set next_check_at = null
      where id = ${refund.id} and status = 'submitted' and attempt = ${refund.attempt}`.execute(work.tx)
    raiseStuck(
      work,
      refund,
      'its outcome stayed unknown for 20 hours; look it up at the provider before it is sent again',
    )
  }
}

function raiseStuck(work: Work, { id, code }: SentRefund, why: string): void {
  work.raise({
    kind: 'refund_stuck',
    subject: ['refund', id],
    message: `${code}: ${why}`,
    command: `laku refunds retry ${code}`,
  })
}
