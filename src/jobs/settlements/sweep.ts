import { sql } from 'kysely'
import type { Actor } from '../../domain/kernel/index.ts'
import { retriesDue, retryFailed, sendStatements, statementsDue } from '../../domain/settlement/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'settlements.sweep' }

/**
 * Pays a settlement again if its payout failed for a temporary reason. Mails a settlement's statement whose
 * job was lost or whose mail failed.
 */
export const settlementsSweepJob = defineJob({
  name: 'settlements.sweep',
  batchSize: 1,
  retryLimit: 0,
  needsKnownDatabase: true,
  sweep: { due: (now) => sql<boolean>`(${statementsDue(now)} or ${retriesDue(now)})` },
  run: async (laku) => {
    await retryFailed({ unitOfWork: laku.unitOfWork, actor })
    await sendStatements({ unitOfWork: laku.unitOfWork, actor, mailer: laku.providers.mailer })
    return undefined
  },
})
