import { sessionsDue, sweepSessionsApart } from '../../domain/group-buying/index.ts'
import type { Actor } from '../../domain/kernel/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'groups.sweep' }

/**
 * Opens and ends group-buying sessions on time, and restarts sessions that make no progress. A session that
 * throws does not stop the others.
 */
export const groupsSweepJob = defineJob({
  name: 'groups.sweep',
  batchSize: 1,
  retryLimit: 0,
  needsKnownDatabase: true,
  sweep: { due: sessionsDue },
  run: async (laku) => {
    await sweepSessionsApart({ unitOfWork: laku.unitOfWork, actor })
    return undefined
  },
})
