import { notifyOldChannels } from '../../domain/composition/ways-in/notify-old-channels.ts'
import type { Actor } from '../../domain/kernel/index.ts'
import { defineJob, type JobFailure } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'ways.tell' }

/**
 * Notifies the old phone and email when a phone number, email address, bank account or tax number was
 * changed. The message has the link that stops the change.
 */
export const waysTellJob = defineJob({
  name: 'ways.tell',
  batchSize: 10,
  retryLimit: 12,
  run: async (laku, jobs) => {
    const { mailer, sms } = laku.providers
    const { publicUrl } = laku.config
    const failures: JobFailure[] = []
    await Promise.all(
      jobs.map(async ({ id, data }) => {
        try {
          const words = await laku.unitOfWork.run(actor, (work) =>
            notifyOldChannels(work, { ...data, publicUrl }),
          )
          for (const { to, subject, text } of words.mails) await mailer.send({ to, subject, text })
          for (const { to, text } of words.sms) await sms.send({ to, body: text })
        } catch (error) {
          failures.push({ id, error })
        }
      }),
    )
    return failures
  },
})
