import type { Actor } from '../../domain/kernel/index.ts'
import { deliveriesDue, dueDeliveries, sendEmails } from '../../domain/notification/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'email.sweep' }

// The number of emails in one run. They are sent in five batches of at most 30 s each, so that the run ends
// before its job expires.
const BATCH_SIZE = 50

/** Sends emails whose next attempt is due, and emails whose sending job was lost. */
export const emailSweepJob = defineJob({
  name: 'email.sweep',
  batchSize: 1,
  retryLimit: 0,
  sweep: { due: (now) => deliveriesDue('email', now) },
  run: async (laku) => {
    const ids = await laku.unitOfWork.run(actor, (work) => dueDeliveries(work, 'email', BATCH_SIZE))
    await sendEmails({ unitOfWork: laku.unitOfWork, actor, mailer: laku.providers.mailer }, ids)
    return undefined
  },
})
