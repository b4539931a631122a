import { reportEndingTokens } from '../../domain/auth/index.ts'
import type { Actor } from '../../domain/kernel/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'tokens.tell' }

/**
 * Warns staff, each hour, of staff tokens that expire within two weeks. Without this warning, a scheduled
 * command whose token has expired would stop without notice.
 */
export const tokensTellJob = defineJob({
  name: 'tokens.tell',
  batchSize: 1,
  retryLimit: 0,
  cron: '23 * * * *',
  run: async (laku) => {
    await laku.unitOfWork.run(actor, reportEndingTokens)
    return undefined
  },
})
