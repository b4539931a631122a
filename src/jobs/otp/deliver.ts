import { deliverOtpAnotherWay } from '../../domain/auth/index.ts'
import type { Actor } from '../../domain/kernel/index.ts'
import { defineJob, type JobFailure } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'otp.deliver' }

// The number of retries. The first comes after one second, and the time between two retries grows. So ten
// retries last longer than the five minutes for which a code is valid. They must last that long, because the
// job fails and is retried while staff have paused SMS.
const TRIES = 10

/**
 * Sends a one-time code by email or SMS if WhatsApp did not deliver it, or if the user wants another channel.
 */
export const otpDeliverJob = defineJob({
  name: 'otp.deliver',
  batchSize: 10,
  retryLimit: TRIES,
  run: async (laku, jobs) => {
    const { mailer, sms } = laku.providers
    const failures: JobFailure[] = []
    await Promise.all(
      jobs.map(({ id, data }) =>
        deliverOtpAnotherWay(
          { unitOfWork: laku.unitOfWork, actor, mailer, sms },
          data.challengeId,
          data.because,
        ).catch((error: unknown) => {
          failures.push({ id, error })
        }),
      ),
    )
    return failures
  },
})
