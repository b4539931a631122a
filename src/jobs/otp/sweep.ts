import { codesDue, sweepCodes } from '../../domain/auth/index.ts'
import type { Actor } from '../../domain/kernel/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'otp.sweep' }

/** Sends a one-time code by the next channel if no provider has reported its delivery in time. */
export const otpSweepJob = defineJob({
  name: 'otp.sweep',
  batchSize: 1,
  retryLimit: 0,
  sweep: { due: codesDue },
  run: async (laku) => {
    const { mailer, sms } = laku.providers
    await sweepCodes({ unitOfWork: laku.unitOfWork, actor, mailer, sms })
    return undefined
  },
})
