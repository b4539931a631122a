import { sweepClosings } from '../../domain/composition/privacy/close-account.ts'
import type { Actor } from '../../domain/kernel/index.ts'
import { closingsDue } from '../../domain/user/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'users.sweep' }

/**
 * Erases users who closed their account and whose withdrawn money has arrived. A user whose erasure throws
 * does not stop the others.
 */
export const usersSweepJob = defineJob({
  name: 'users.sweep',
  batchSize: 1,
  retryLimit: 0,
  needsKnownDatabase: true,
  sweep: { due: closingsDue },
  run: async (laku) => {
    await sweepClosings({ unitOfWork: laku.unitOfWork, actor })
    return undefined
  },
})
