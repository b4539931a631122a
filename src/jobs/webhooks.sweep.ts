import { sql } from 'kysely'
import type { Actor } from '../domain/kernel/index.ts'
import { claimWebhooks } from '../domain/payment/index.ts'
import { defineJob } from './define-job.ts'
import { processInbox } from './process-inbox.ts'

const actor: Actor = { kind: 'provider', name: 'webhooks' }
const A_RUN = 100

/** Brings back deliveries whose job was lost or whose provider could not be asked. */
export const webhooksSweepJob = defineJob({
  name: 'webhooks.sweep',
  batchSize: 1,
  retryLimit: 0,
  sweep: {
    due: (now) =>
      sql<boolean>`exists (select from webhook_inbox where status = 'received' and next_attempt_at <= ${now})`,
  },
  run: async (laku) => {
    const ids = await laku.units.run(actor, (work) => claimWebhooks(work, A_RUN))
    await processInbox(laku, actor, ids)
    return undefined
  },
})
