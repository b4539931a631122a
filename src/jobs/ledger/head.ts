import type { Actor } from '../../domain/kernel/index.ts'
import { chainHead } from '../../domain/ledger/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'ledger.head' }

/**
 * Logs the last page of the ledger chain each minute. If the log is copied to another machine, `laku ledger
 * verify --heads` compares the chain with that copy.
 */
export const ledgerHeadJob = defineJob({
  name: 'ledger.head',
  batchSize: 1,
  retryLimit: 0,
  cron: '* * * * *',
  run: async (laku) => {
    const head = await laku.unitOfWork.read(actor, ({ tx }) => chainHead(tx))
    if (head) laku.logger.info(head, 'ledger head')
    return undefined
  },
})
