import { reportEndingTokens } from '../../domain/auth/index.ts'
import type { Actor } from '../../domain/kernel/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'tokens.tell' }

/**
 * Warns, each hour, of staff tokens that end within two weeks: a timer whose token has ended stops without a
 * word.
 */
export const tokensTellJob = defineJob({
  name: 'tokens.tell',
  batchSize: 1,
  retryLimit: 0,
  cron: '23 * * * *',
  run: async (laku) => {
    await laku.units.run(actor, reportEndingTokens)
    return undefined
  },
})
