import { randomUUID } from 'node:crypto'
import type { SandboxContext } from '../context.ts'

/** Delivers a Xendit webhook; one event keeps its `webhook-id` through retries and duplicates. */
export function notify(context: SandboxContext, body: object): void {
  context.webhooks.deliver({
    path: '/api/webhooks/xendit',
    headers: { 'x-callback-token': context.options.xendit.callbackToken, 'webhook-id': randomUUID() },
    body: JSON.stringify(body),
  })
}
