import type { Actor } from '../../domain/kernel/index.ts'
import { sendStatements } from '../../domain/settlement/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'settlements.announce' }

/**
 * Mails the factory the statement of a settlement that was just paid. Also mails all other statements that
 * are due.
 */
export const settlementsAnnounceJob = defineJob({
  name: 'settlements.announce',
  batchSize: 20,
  retryLimit: 2,
  run: async (laku) => {
    await sendStatements({ unitOfWork: laku.unitOfWork, actor, mailer: laku.providers.mailer })
    return undefined
  },
})
