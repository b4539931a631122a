import {
  pruneAuthSessions,
  pruneCalledCodes,
  pruneChallenges,
  pruneRuns,
  pruneSpending,
} from '../../domain/auth/index.ts'
import { type Actor, pruneKeys, type Work } from '../../domain/kernel/index.ts'
import { pruneRates } from '../../domain/logistics/index.ts'
import { prunePaces } from '../../domain/ops/index.ts'
import { pruneWebhookBodies } from '../../domain/webhooks/index.ts'
import { forgetSecretParams, prunePace } from '../../domain/whatsapp/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'keys.prune' }

type Prune = (work: Work, limit: number) => Promise<number>

const prunes: Prune[] = [
  pruneKeys,
  prunePaces,
  pruneChallenges,
  pruneCalledCodes,
  pruneSpending,
  pruneAuthSessions,
  pruneRuns,
  forgetSecretParams,
  prunePace,
  pruneWebhookBodies,
  pruneRates,
]

const BATCH = 5_000
// The maximum number of batches that the hourly run deletes of each kind of data. A batch has 5,000 rows, so
// this is a million rows in all. The remaining rows wait for the next run.
const MAX_BATCHES = 200

/**
 * Deletes expired data each hour: idempotency keys, login codes, the secrets in sent messages, log-ins and
 * the bodies of webhooks.
 */
export const keysPruneJob = defineJob({
  name: 'keys.prune',
  batchSize: 1,
  retryLimit: 3,
  cron: '17 * * * *',
  run: async (laku) => {
    for (const prune of prunes) {
      for (let batch = 0; batch < MAX_BATCHES; batch++) {
        const pruned = await laku.unitOfWork.run(actor, (work) => prune(work, BATCH))
        if (pruned < BATCH) break
      }
    }
    return undefined
  },
})
