import type { Actor } from '../../domain/kernel/index.ts'
import { cancelPayments } from '../../domain/payment/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'payments.withdraw' }

/**
 * Ends payments that are no longer needed, and closes their invoices at the provider. If the job is lost, an
 * invoice is closed later, when the time for its payment has run out.
 */
export const paymentsCancelJob = defineJob({
  name: 'payments.withdraw',
  batchSize: 50,
  retryLimit: 8,
  needsKnownDatabase: true,
  run: async (laku, jobs) => {
    const context = { unitOfWork: laku.unitOfWork, actor, gateway: laku.providers.gateway }
    const unsure = await cancelPayments(
      context,
      jobs.map((job) => job.data.paymentId),
    )
    const errors = new Map(unsure.map(({ paymentId, error }) => [paymentId, error]))
    return jobs.flatMap(({ id, data }) => {
      const error = errors.get(data.paymentId)
      return error ? [{ id, error }] : []
    })
  },
})
