import { deliverOtpAnotherWay } from '../../domain/auth/index.ts'
import type { Actor } from '../../domain/kernel/index.ts'
import { defineJob, type JobFailure } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'otp.deliver' }

// With backoff from a second on, more than the five minutes of a code: so long it waits for a paused SMS.
const TRIES = 10

/** A code that WhatsApp did not bring, or that its person wants another way, goes by email or SMS. */
export const otpDeliverJob = defineJob({
  name: 'otp.deliver',
  batchSize: 10,
  retryLimit: TRIES,
  run: async (laku, jobs) => {
    const { mailer, sms } = laku.providers
    const failures: JobFailure[] = []
    await Promise.all(
      jobs.map(({ id, data }) =>
        deliverOtpAnotherWay({ units: laku.units, actor, mailer, sms }, data.challengeId, data.because).catch(
          (error: unknown) => {
            failures.push({ id, error })
          },
        ),
      ),
    )
    return failures
  },
})
