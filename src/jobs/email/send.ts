import type { Actor } from '../../domain/kernel/index.ts'
import { sendEmails } from '../../domain/notification/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'email.send' }

/** Sends emails as soon as they are enqueued; email.sweep retries those that fail. */
export const emailSendJob = defineJob({
  name: 'email.send',
  batchSize: 10,
  retryLimit: 2,
  run: async (laku, jobs) => {
    const context = { unitOfWork: laku.unitOfWork, actor, mailer: laku.providers.mailer }
    await sendEmails(
      context,
      jobs.map(({ data }) => data.deliveryId),
    )
    return undefined
  },
})
