import { sql } from 'kysely'
import pLimit from 'p-limit'
import { CALLS_AT_ONCE, ProviderFailure } from '../../kernel/index.ts'
import type { PayoutContext } from '../context.ts'
import type { PayoutGateway } from '../gateway.ts'
import { applyPayoutAnswers } from './apply-answers.ts'

interface OpenPayout {
  key: string
  providerPayoutId: string | null
}

/**
 * The number of the provider's answers booked in one transaction. If the provider stops answering, at most
 * this number of answers is lost, because all earlier answers are booked.
 */
const BOOKED_AT_ONCE = 50

/**
 * Asks the provider about every payout that laku has as under way, and books its answers. Nothing is sent.
 * Failed payouts are found only in this way, because the provider's transaction list has no line for them. If
 * the provider does not answer, the run ends.
 * @throws ProviderFailure
 */
export async function followOpenPayouts({ unitOfWork, actor, payouts }: PayoutContext): Promise<void> {
  const open = await unitOfWork.run(actor, async ({ tx }) => {
    const { rows } = await sql<OpenPayout>`
      select key, provider_payout_id from payouts where status = 'submitted' and route = 'provider' order by created_at, id`.execute(
      tx,
    )
    return rows
  })
  for (let from = 0; from < open.length; from += BOOKED_AT_ONCE) {
    const some = open.slice(from, from + BOOKED_AT_ONCE)
    const answers = (await pLimit(CALLS_AT_ONCE).map(some, (payout) => ask(payouts, payout))).flat()
    if (answers.length > 0) await unitOfWork.run(actor, (work) => applyPayoutAnswers(work, answers))
  }
}

/**
 * Asks the provider about one payout. If the provider refuses to answer, nothing is known, and the payout
 * stays as it is.
 */
async function ask(payouts: PayoutGateway, { key, providerPayoutId }: OpenPayout) {
  try {
    return providerPayoutId ? [await payouts.getPayout(providerPayoutId)] : await payouts.findPayouts(key)
  } catch (error) {
    if (error instanceof ProviderFailure && error.outcome === 'refused') return []
    throw error
  }
}
