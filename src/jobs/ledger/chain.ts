import type { Actor } from '../../domain/kernel/index.ts'
import { type ChainHead, chainDue, takeChainPage } from '../../domain/ledger/index.ts'
import type { Laku } from '../../runtime/laku.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'ledger.chain' }

/**
 * The last page of the ledger chain that this process has seen. It is remembered to detect a removal: if a
 * later read of the chain ends before that page, somebody removed the end of the chain.
 */
const seen = new WeakMap<Laku, ChainHead>()

/**
 * Adds new ledger postings to the ledger chain (whose hashes make later changes visible), within 10 s of
 * their commit.
 */
export const ledgerChainJob = defineJob({
  name: 'ledger.chain',
  batchSize: 1,
  retryLimit: 0,
  sweep: { due: chainDue },
  run: async (laku) => {
    const head = await laku.unitOfWork.run(actor, (work) => takeChainPage(work, seen.get(laku)))
    if (head) seen.set(laku, head)
    return undefined
  },
})
