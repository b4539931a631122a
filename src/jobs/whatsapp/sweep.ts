import type { Actor } from '../../domain/kernel/index.ts'
import { dueMessages, messagesDue, sendMessages } from '../../domain/whatsapp/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'whatsapp.sweep' }

// The number of WhatsApp messages in one run. They are sent in five batches, so that the run ends before its
// job expires even if WhatsApp is slow.
const BATCH_SIZE = 100

/** Sends WhatsApp messages whose next attempt is due, and messages whose sending job was lost. */
export const whatsappSweepJob = defineJob({
  name: 'whatsapp.sweep',
  batchSize: 1,
  retryLimit: 0,
  sweep: { due: messagesDue },
  run: async (laku) => {
    const ids = await laku.unitOfWork.run(actor, (work) => dueMessages(work, BATCH_SIZE))
    await sendMessages({ unitOfWork: laku.unitOfWork, actor, whatsapp: laku.providers.whatsapp }, ids)
    return undefined
  },
})
