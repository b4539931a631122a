import { randomUUID } from 'node:crypto'
import type { SandboxContext } from '../context.ts'

/** Delivers a webhook of Xendit. All retries and duplicates of one webhook have the same `webhook-id`. */
export function notify(context: SandboxContext, body: object): void {
  context.webhooks.deliver({
    path: '/api/webhooks/xendit',
    headers: { 'x-callback-token': context.options.xendit.callbackToken, 'webhook-id': randomUUID() },
    body: JSON.stringify(body),
  })
}
