import type { Actor } from '../domain/kernel/index.ts'
import { sendStatements, statementsDue } from '../domain/settlement/index.ts'
import { defineJob } from './define-job.ts'

const actor: Actor = { kind: 'system', name: 'settlements.sweep' }

/** Mails statements whose job was lost or whose mail failed. */
export const settlementsSweepJob = defineJob({
  name: 'settlements.sweep',
  batchSize: 1,
  retryLimit: 0,
  sweep: { due: statementsDue },
  run: async (laku) => {
    await sendStatements({ units: laku.units, actor, mailer: laku.providers.mailer })
    return undefined
  },
})
