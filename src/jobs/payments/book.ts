import { sql } from 'kysely'
import { type Actor, ProviderFailure } from '../../domain/kernel/index.ts'
import { isPaused, switchedOff } from '../../domain/ops/index.ts'
import { bookIsRead, bookReadingGoesOn, readProviderBook } from '../../domain/payment/index.ts'
import type { Laku } from '../../runtime/laku.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'payments.book' }

/**
 * The time at which each process last failed to read Xendit's transaction list. It is kept so that a provider
 * that does not answer is not asked each second.
 */
const failedAt = new WeakMap<Laku, number>()
const AGAIN_MS = 3_000

/**
 * Reads the new lines of Xendit's transaction list: fees, transfers by the company, chargebacks. The next run
 * reads failed lines again.
 */
export const paymentsBookJob = defineJob({
  name: 'payments.book',
  batchSize: 1,
  retryLimit: 0,
  cron: '*/10 * * * *',
  // A database server that was just started may hold an older copy of the database. The newest payouts may be
  // missing in that copy. So laku reads Xendit's transaction list before it sends any money. Also due: a
  // reading that had more lines than one run reads.
  sweep: {
    due: (now) =>
      sql<boolean>`((not ${bookIsRead} or ${bookReadingGoesOn(now)}) and not ${switchedOff('xendit')})`,
  },
  needsKnownDatabase: true,
  run: async (laku) => {
    const { unitOfWork, providers, logger } = laku
    const since = failedAt.get(laku)
    if (since !== undefined && performance.now() - since < AGAIN_MS) return undefined
    if (await unitOfWork.run(actor, ({ tx }) => isPaused(tx, 'xendit'))) return undefined
    try {
      await readProviderBook({ unitOfWork, actor, gateway: providers.gateway, payouts: providers.payouts })
    } catch (error) {
      if (!(error instanceof ProviderFailure)) throw error
      failedAt.set(laku, performance.now())
      logger.warn({ err: error }, "the provider's transactions could not be read; the next run continues")
    }
    return undefined
  },
})
