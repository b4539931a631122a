import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'
import { statesOf } from '../../domain/kernel/transitions.ts'
import { webhookTransitions } from '../../domain/webhooks/transitions.ts'

export const providers = ['xendit', 'biteship', 'whatsapp'] as const
const statuses = statesOf(webhookTransitions)

export const list = defineList({
  name: 'list',
  description: 'List the webhook deliveries of providers, newest first.',
  options: [
    { flags: '--provider <provider>', description: 'only of this provider', choices: providers },
    { flags: '--status <status>', description: 'only with this status', choices: statuses },
    {
      flags: '--since <time>',
      description: 'only those that came since this time: ISO 8601, -2h, yesterday',
    },
    { flags: '--until <time>', description: 'only those that came before this time' },
  ],
  input: z.object({
    provider: z.enum(providers).optional(),
    status: z.enum(statuses).optional(),
    since: z.string().optional(),
    until: z.string().optional(),
  }),
  examples: ['laku webhooks list --status failed', 'laku webhooks list --provider xendit --since -2h'],
  empty: 'No deliveries. Try another --status or a longer --since.',
  run: async (context, { provider, status, since, until }, page) => {
    const { listWebhooks } = await import('../../domain/webhooks/list.ts')
    const from = since === undefined ? undefined : await context.instant(since, '--since')
    const to = until === undefined ? undefined : await context.instant(until, '--until')
    return await context.read(({ tx }) =>
      listWebhooks(tx, { provider, status, since: from, until: to, ...page }),
    )
  },
  columns: [
    { name: 'id', kind: 'code', value: (row) => row.id },
    { name: 'received_at', kind: 'time', spare: true, value: (row) => row.receivedAt },
    { name: 'provider', value: (row) => row.provider },
    { name: 'status', kind: 'status', value: (row) => row.status },
    { name: 'deliveries', kind: 'number', spare: true, value: (row) => row.deliveries },
    { name: 'attempts', heading: 'failed tries', kind: 'number', spare: true, value: (row) => row.attempts },
    { name: 'error', value: (row) => row.error },
  ],
})
