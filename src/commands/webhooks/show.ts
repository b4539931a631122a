import { z } from 'zod'
import { defineShow } from '../../cli/define/command.ts'

export const show = defineShow({
  name: 'show',
  description: 'Show one webhook delivery, with its headers and body as it came.',
  args: [{ name: 'id', description: 'the UUID of the delivery' }],
  input: z.object({ id: z.uuid() }),
  run: async (context, { id }) => {
    const { showWebhook } = await import('../../domain/webhooks/list.ts')
    return await context.read(({ tx }) => showWebhook(tx, id))
  },
  fields: [
    { name: 'id', kind: 'code', value: (webhook) => webhook.id },
    { name: 'provider', value: (webhook) => webhook.provider },
    { name: 'status', kind: 'status', value: (webhook) => webhook.status },
    { name: 'dedupe_key', heading: 'key', value: (webhook) => webhook.dedupeKey },
    { name: 'received_at', kind: 'time', value: (webhook) => webhook.receivedAt },
    { name: 'processed_at', kind: 'time', value: (webhook) => webhook.processedAt },
    { name: 'deliveries', kind: 'number', value: (webhook) => webhook.deliveries },
    { name: 'attempts', heading: 'failed tries', kind: 'number', value: (webhook) => webhook.attempts },
    { name: 'error', value: (webhook) => webhook.error },
    { name: 'headers', value: (webhook) => JSON.stringify(webhook.headers) },
    { name: 'body', value: (webhook) => webhook.body },
  ],
})
