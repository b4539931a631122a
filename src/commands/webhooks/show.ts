import { z } from 'zod'
import { defineShow } from '../../cli/define/command.ts'

export const show = defineShow({
  name: 'show',
  description: 'One delivery, with its headers and its body as it came.',
  args: [{ name: 'id', description: 'UUID' }],
  input: z.object({ id: z.uuid() }),
  run: async (context, { id }) => {
    const { showWebhook } = await import('../../domain/webhooks/list.ts')
    return await context.read(({ tx }) => showWebhook(tx, id))
  },
  fields: [
    { name: 'id', kind: 'code', value: (one) => one.id },
    { name: 'provider', value: (one) => one.provider },
    { name: 'status', kind: 'status', value: (one) => one.status },
    { name: 'dedupe_key', heading: 'key', value: (one) => one.dedupeKey },
    { name: 'received_at', kind: 'time', value: (one) => one.receivedAt },
    { name: 'processed_at', kind: 'time', value: (one) => one.processedAt },
    { name: 'deliveries', kind: 'number', value: (one) => one.deliveries },
    { name: 'attempts', heading: 'failed tries', kind: 'number', value: (one) => one.attempts },
    { name: 'error', value: (one) => one.error },
    { name: 'headers', value: (one) => JSON.stringify(one.headers) },
    { name: 'body', value: (one) => one.body },
  ],
})
