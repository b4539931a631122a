import { type Actor, ProviderFailure } from '../../domain/kernel/index.ts'
import { isPaused } from '../../domain/ops/index.ts'
import { readChannels } from '../../domain/payout/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'payouts.channels' }

/**
 * Asks the provider, four times a day, which banks and e-wallets it can pay, and how much. If the provider
 * does not answer, its last answer is used.
 */
export const payoutsChannelsJob = defineJob({
  name: 'payouts.channels',
  batchSize: 1,
  retryLimit: 0,
  cron: '41 */6 * * *',
  run: async ({ unitOfWork, providers, logger }) => {
    if (await unitOfWork.run(actor, ({ tx }) => isPaused(tx, 'xendit'))) return undefined
    try {
      await readChannels({ unitOfWork, actor, payouts: providers.payouts })
    } catch (error) {
      if (!(error instanceof ProviderFailure)) throw error
      logger.warn({ err: error }, 'the payout channels could not be read; the previous list is still used')
    }
    return undefined
  },
})
