import pLimit from 'p-limit'
import { ProviderFailure, type Work } from '../kernel/index.ts'
import type { PayoutContext } from './context.ts'
import type { GatewayPayout } from './gateway.ts'
import { settlePayouts } from './settle-payouts.ts'

/** What a delivery of the provider is about: a payout, by the provider's id. */
export interface PayoutNotice {
  inboxId: string
  id: string
}

export interface PayoutInbox {
  processed: string[]
  failed: { id: string; error: string }[]
}

const CALLS_AT_ONCE = 5

/**
 * Follows the provider's webhooks of payouts: each payout is read again, once however many speak of it, and recorded in one
 * transaction together with the marks that `mark` sets in the inbox. What could not be read waits.
 */
export async function processPayoutNotices(
  context: PayoutContext,
  notices: readonly PayoutNotice[],
  mark: (work: Work, inbox: PayoutInbox) => Promise<void>,
): Promise<void> {
  if (notices.length === 0) return
  const { units, actor, payouts } = context
  const ids = [...new Set(notices.map((one) => one.id))]
  const answers = await pLimit(CALLS_AT_ONCE).map(ids, async (id) => {
    try {
      return await payouts.getPayout(id)
    } catch (error) {
      if (error instanceof ProviderFailure) return error
      throw error
    }
  })
  const said = new Map(ids.map((id, i) => [id, answers[i] as GatewayPayout | ProviderFailure]))
  const inbox: PayoutInbox = { processed: [], failed: [] }
  for (const { inboxId, id } of notices) {
    const answer = said.get(id)
    if (answer instanceof ProviderFailure) inbox.failed.push({ id: inboxId, error: answer.message })
    else inbox.processed.push(inboxId)
  }
  const read = answers.filter((one): one is GatewayPayout => !(one instanceof ProviderFailure))
  await units.run(actor, async (work) => {
    await settlePayouts(work, read)
    await mark(work, inbox)
  })
}
