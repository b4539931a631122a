import { savePayoutChannels } from '../../ops/index.ts'
import type { PayoutContext } from '../context.ts'

/**
 * Asks the provider for its payout channels and their limits, and stores them. Returns the number of
 * channels.
 * @throws ProviderFailure: what was known before stays
 */
export async function readChannels({ unitOfWork, actor, payouts }: PayoutContext): Promise<number> {
  const told = await payouts.channels()
  await unitOfWork.run(actor, (work) => savePayoutChannels(work, told))
  return told.length
}
