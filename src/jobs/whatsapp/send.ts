import type { Actor } from '../../domain/kernel/index.ts'
import { sendMessages } from '../../domain/whatsapp/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'whatsapp.send' }

/** Sends WhatsApp messages as soon as they are enqueued; whatsapp.sweep retries those that fail. */
export const whatsappSendJob = defineJob({
  name: 'whatsapp.send',
  batchSize: 20,
  retryLimit: 2,
  run: async (laku, jobs) => {
    const context = { unitOfWork: laku.unitOfWork, actor, whatsapp: laku.providers.whatsapp }
    await sendMessages(
      context,
      jobs.map(({ data }) => data.messageId),
    )
    return undefined
  },
})
