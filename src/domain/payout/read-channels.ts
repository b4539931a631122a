import { savePayoutChannels } from '../ops/index.ts'
import type { PayoutContext } from './context.ts'

/**
 * Asks the provider which channels it pays out to and how much each takes, and keeps the answer. Returns how
 * many it named.
 * @throws ProviderFailure: what was known before stays
 */
export async function readChannels({ units, actor, payouts }: PayoutContext): Promise<number> {
  const told = await payouts.channels()
  await units.run(actor, (work) => savePayoutChannels(work, told))
  return told.length
}
