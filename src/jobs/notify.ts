import { readPaidBuyers } from '../domain/group-buying/index.ts'
import type { Actor } from '../domain/kernel/index.ts'
import { notifyOf } from '../domain/notification/index.ts'
import { allOrEach } from '../domain/ops/index.ts'
import { defineJob, type JobFailure } from './define-job.ts'

const actor: Actor = { kind: 'system', name: 'notify' }

/**
 * Notifies buyers of events after the commit of the transaction that emitted the events. So a failed
 * notification does not undo that transaction. An event that throws does not stop the others.
 */
export const notifyJob = defineJob({
  name: 'notify',
  batchSize: 200,
  retryLimit: 5,
  run: async (laku, jobs) => {
    const failures: JobFailure[] = []
    await allOrEach(
      jobs,
      async (some) => {
        const eventIds = some.map(({ data }) => data.eventId)
        await laku.unitOfWork.run(actor, (work) =>
          notifyOf(work, eventIds, { publicUrl: laku.config.publicUrl, readBuyers: readPaidBuyers }),
        )
      },
      async ({ id }, error) => void failures.push({ id, error }),
    )
    return failures
  },
})
