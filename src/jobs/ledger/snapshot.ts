import type { Actor } from '../../domain/kernel/index.ts'
import { takeSnapshots } from '../../domain/ledger/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'ledger.snapshot' }

/**
 * Takes snapshots of the ledger's balances every quarter of an hour. A balance is then computed from a
 * snapshot and a few thousand entries, not from all entries.
 */
export const ledgerSnapshotJob = defineJob({
  name: 'ledger.snapshot',
  batchSize: 1,
  retryLimit: 2,
  cron: '*/15 * * * *',
  run: async (laku) => {
    await takeSnapshots({ unitOfWork: laku.unitOfWork, actor })
    return undefined
  },
})
