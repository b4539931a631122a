import { type Actor, ProviderFailure } from '../../domain/kernel/index.ts'
import { isPaused } from '../../domain/ops/index.ts'
import { runReconciliation } from '../../domain/payment/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'payments.reconcile' }

/**
 * Compares Xendit's transaction list with laku's ledger each night. An earlier run proved that both agree
 * until a certain instant. The comparison begins at that instant.
 */
export const paymentsReconcileJob = defineJob({
  name: 'payments.reconcile',
  batchSize: 1,
  retryLimit: 2,
  cron: '20 3 * * *',
  run: async ({ unitOfWork, providers, logger }) => {
    if (await unitOfWork.run(actor, ({ tx }) => isPaused(tx, 'xendit'))) return undefined
    try {
      await runReconciliation({ unitOfWork, actor, gateway: providers.gateway })
    } catch (error) {
      if (!(error instanceof ProviderFailure)) throw error
      logger.warn(
        { err: error },
        "the provider's transactions could not be compared with the ledger; the next run continues",
      )
    }
    return undefined
  },
})
