import type { Actor } from '../../domain/kernel/index.ts'
import { dueMessages, messagesDue, sendMessages } from '../../domain/whatsapp/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'whatsapp.sweep' }

// The 100 messages of a run go in five batches, which end before a slow provider could make this job expire.
const BATCH_SIZE = 100

/** Sends WhatsApp messages whose next attempt is due, or whose job was lost. */
export const whatsappSweepJob = defineJob({
  name: 'whatsapp.sweep',
  batchSize: 1,
  retryLimit: 0,
  sweep: { due: messagesDue },
  run: async (laku) => {
    const ids = await laku.units.run(actor, (work) => dueMessages(work, BATCH_SIZE))
    await sendMessages({ units: laku.units, actor, whatsapp: laku.providers.whatsapp }, ids)
    return undefined
  },
})
