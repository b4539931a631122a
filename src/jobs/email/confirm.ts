import type { Actor } from '../../domain/kernel/index.ts'
import { confirmationMail } from '../../domain/user/index.ts'
import { defineJob, type JobFailure } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'email.confirm' }

/** Mails a user the link by which the user confirms an email address. */
export const emailConfirmJob = defineJob({
  name: 'email.confirm',
  batchSize: 10,
  retryLimit: 8,
  run: async (laku, jobs) => {
    const failures: JobFailure[] = []
    for (const { id, data } of jobs)
      try {
        const mail = await laku.unitOfWork.run(actor, (work) =>
          confirmationMail(work, data.userId, laku.config.publicUrl),
        )
        if (mail) await laku.providers.mailer.send(mail)
      } catch (error) {
        failures.push({ id, error })
      }
    return failures
  },
})
