import { sql } from 'kysely'
import { recogniseDatabase } from '../../domain/composition/restore/adopt-provider.ts'
import { type Actor, databaseIsKnown, ProviderFailure } from '../../domain/kernel/index.ts'
import { placeOf } from '../../runtime/connect.ts'
import type { Laku } from '../../runtime/laku.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'database.recognise' }

/**
 * The time at which each process last checked its database. A check asks the provider, so a process checks at
 * most every 10 s.
 */
const lastCheckMs = new WeakMap<Laku, number>()
const EVERY_MS = 10_000

/**
 * Finds out whether the database is an older copy of the shop's database, for example after a failover. No
 * money moves until this is known. If the database lacks nothing that the provider knows, money moves again
 * within 30 s.
 */
export const databaseRecogniseJob = defineJob({
  name: 'database.recognise',
  batchSize: 1,
  retryLimit: 0,
  sweep: { due: () => sql<boolean>`not ${databaseIsKnown}` },
  run: async (laku) => {
    const since = lastCheckMs.get(laku)
    if (since !== undefined && performance.now() - since < EVERY_MS) return undefined
    lastCheckMs.set(laku, performance.now())
    const { unitOfWork, providers, urls, logger } = laku
    const context = { unitOfWork, actor, gateway: providers.gateway, payouts: providers.payouts }
    try {
      await recogniseDatabase({ ...context, place: placeOf(urls.direct) })
    } catch (error) {
      if (!(error instanceof ProviderFailure)) throw error
      logger.warn(
        { err: error },
        "the provider's transactions could not be read; money waits, and the next run tries again",
      )
    }
    return undefined
  },
})
