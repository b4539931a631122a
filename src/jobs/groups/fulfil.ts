import { fulfilSession, groupBuyingErrors } from '../../domain/group-buying/index.ts'
import { type Actor, DomainError } from '../../domain/kernel/index.ts'
import { defineJob, type JobFailure } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'groups.fulfil' }

/**
 * Whether staff cancelled the session after it had closed. Then nothing is left to fulfil, and no try would
 * change that.
 */
const isOver = (error: unknown) =>
  error instanceof DomainError && error.code === groupBuyingErrors.not_fulfillable().code

/**
 * Fulfils closed group-buying sessions, one by one: their stock, their orders and their money in escrow. A
 * session that fails does not stop the others.
 */
export const groupsFulfilJob = defineJob({
  name: 'groups.fulfil',
  batchSize: 10,
  retryLimit: 5,
  needsKnownDatabase: true,
  run: async (laku, jobs) => {
    const failures: JobFailure[] = []
    // The sessions are sorted by id, which means by age, so that the oldest session gets the stock first.
    const sorted = jobs.toSorted((a, b) => (a.data.sessionId < b.data.sessionId ? -1 : 1))
    for (const { id, data } of sorted) {
      try {
        await fulfilSession({ unitOfWork: laku.unitOfWork, actor }, data.sessionId)
      } catch (error) {
        if (!isOver(error)) failures.push({ id, error })
      }
    }
    return failures
  },
})
