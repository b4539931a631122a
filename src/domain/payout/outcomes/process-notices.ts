import { sql } from 'kysely'
import pLimit from 'p-limit'
import { CALLS_AT_ONCE, ProviderFailure, secondsAfter, type Work } from '../../kernel/index.ts'
import type { PayoutContext } from '../context.ts'
import type { GatewayPayout, PayoutGateway } from '../gateway.ts'
import { verdictOf } from '../rules.ts'
import { applyPayoutAnswers } from './apply-answers.ts'

/** A webhook delivery of the provider about a payout; `id` is the provider's id of the payout. */
export interface PayoutNotice {
  inboxId: string
  id: string
  /**
   * The payout's key, set by laku. The provider may not know `id`, because its newer API has ids of its own.
   * Then laku searches for the payout by this key.
   */
  referenceId?: string | undefined
  /**
   * The payout's state in the webhook delivery. Laku does not trust it, and reads the payout from the
   * provider.
   */
  says?: string | undefined
}

export interface PayoutInbox {
  processed: string[]
  failed: { id: string; error: string; tries?: number; command?: string }[]
}

/**
 * The number of times that laku reads a payout again if a webhook delivery contradicts the payout's state at
 * the provider. If the contradiction remains, staff are notified.
 */
const CONTRADICTED_TRIES = 3
/**
 * The time (s) for which laku does not book a payout as failed if a webhook delivery contradicts the failure.
 * Otherwise laku might make a new payout and pay a second time. Staff are notified before this time ends.
 */
const DOUBTED_S = 86_400

/**
 * Processes the provider's webhook deliveries about payouts. Each payout is read from the provider once,
 * however many deliveries are about it. One transaction records the payouts' states and, by `mark`, which
 * deliveries are processed. If a payout could not be read, its delivery is processed again later.
 */
export async function processPayoutNotices(
  context: PayoutContext,
  notices: readonly PayoutNotice[],
  mark: (work: Work, inbox: PayoutInbox) => Promise<void>,
): Promise<void> {
  if (notices.length === 0) return
  const { unitOfWork, actor, payouts } = context
  const first = new Map(notices.map((notice) => [notice.id, notice]))
  const ids = [...first.keys()]
  const answers = await pLimit(CALLS_AT_ONCE).map([...first.values()], (notice) => read(payouts, notice))
  const said = new Map(ids.map((id, i) => [id, answers[i] as GatewayPayout[] | ProviderFailure]))
  const inbox: PayoutInbox = { processed: [], failed: [] }
  const doubted = new Set<string>()
  for (const { inboxId, id, says } of notices) {
    const answer = said.get(id)
    if (answer instanceof ProviderFailure) {
      inbox.failed.push({ id: inboxId, error: answer.message })
      continue
    }
    const other = answer?.find((payout) => contradicts(says, payout.status))
    if (!other) {
      inbox.processed.push(inboxId)
      continue
    }
    const { referenceId, status } = other
    const error = `it says ${says} of the payout ${referenceId ?? id}, and the payout read again says ${status}`
    const command = `laku payouts show ${referenceId ?? id}`
    inbox.failed.push({ id: inboxId, error, tries: CONTRADICTED_TRIES, command })
    if (verdictOf(status) === 'failed') doubted.add(other.id)
  }
  // One webhook delivery may contradict the payout's state that laku read, while another agrees with it. Then
  // the state changed between the two deliveries. So the state that laku read is right.
  for (const { id, says } of notices) {
    const answer = said.get(id)
    if (answer instanceof ProviderFailure) continue
    for (const payout of answer ?? []) if (payout.status === says) doubted.delete(payout.id)
  }
  const heard = answers.flatMap((answer) => (answer instanceof ProviderFailure ? [] : answer))
  await unitOfWork.run(actor, async (work) => {
    await applyPayoutAnswers(
      work,
      heard.filter((payout) => !doubted.has(payout.id)),
    )
    await waitForTruth(
      work,
      heard.filter((payout) => doubted.has(payout.id)),
    )
    await mark(work, inbox)
  })
}

async function read(
  payouts: PayoutGateway,
  { id, referenceId }: PayoutNotice,
): Promise<GatewayPayout[] | ProviderFailure> {
  try {
    return [await payouts.getPayout(id)]
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error
    if (error.outcome !== 'refused' || !referenceId) return error
    const found = await payouts.findPayouts(referenceId).catch((again: unknown) => {
      if (again instanceof ProviderFailure) return []
      throw again
    })
    return found.length > 0 ? found : error
  }
}

/**
 * Returns true if the delivery reports that a payout arrived and the provider now reports that it failed, or
 * the reverse. A late delivery of SUCCEEDED for a payout that has come back since is no contradiction.
 */
function contradicts(says: string | undefined, reads: string): boolean {
  const [told, now] = [verdictOf(says ?? ''), verdictOf(reads)]
  if (told === 'succeeded' || told === 'reversed') return now === 'failed'
  return told === 'failed' && now === 'succeeded'
}

async function waitForTruth(work: Work, answers: readonly GatewayPayout[]): Promise<void> {
  if (answers.length === 0) return
  const keys = answers.flatMap((answer) => answer.referenceId ?? [])
  await sql`
    update payouts set next_check_at = ${secondsAfter(work.now, DOUBTED_S)}
    where status = 'submitted' and next_check_at is not null
      and (provider_payout_id = any(${answers.map((answer) => answer.id)}) or (provider_payout_id is null and key = any(${keys})))`.execute(
    work.tx,
  )
}
