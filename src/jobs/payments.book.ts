import { type Actor, isPaused, ProviderFailure } from '../domain/kernel/index.ts'
import { readProviderBook } from '../domain/payment/index.ts'
import { defineJob } from './define-job.ts'

const actor: Actor = { kind: 'system', name: 'payments.book' }

/** Reads on in the provider's book: fees, company sweeps, chargebacks. What fails is read by the next run. */
export const paymentsBookJob = defineJob({
  name: 'payments.book',
  batchSize: 1,
  retryLimit: 0,
  cron: '*/10 * * * *',
  run: async (laku) => {
    const { units, providers, logger } = laku
    if (await units.run(actor, ({ tx }) => isPaused(tx, 'xendit'))) return undefined
    try {
      await readProviderBook({ units, actor, gateway: providers.gateway, payouts: providers.payouts })
    } catch (error) {
      if (!(error instanceof ProviderFailure)) throw error
      logger.warn({ err: error }, "the provider's book could not be read; the next run goes on")
    }
    return undefined
  },
})
