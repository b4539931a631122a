import { accountsToClose, finishClosing } from '../../domain/composition/privacy/close-account.ts'
import type { Actor } from '../../domain/kernel/index.ts'
import { closingsDue } from '../../domain/user/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'users.sweep' }

/**
 * Erases users who closed their account and whose withdrawn money has arrived. Each user has a transaction of
 * their own, so that a failure does not stop the others.
 */
export const usersSweepJob = defineJob({
  name: 'users.sweep',
  batchSize: 1,
  retryLimit: 0,
  needsKnownDatabase: true,
  sweep: { due: closingsDue },
  run: async (laku) => {
    const due = await laku.units.run(actor, accountsToClose)
    const failures: unknown[] = []
    for (const userId of due) {
      try {
        await laku.units.run(actor, (work) => finishClosing(work, { userId }))
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
    return undefined
  },
})
