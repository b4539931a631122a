import { machineOf, type Transitions } from '../kernel/index.ts'

export type WebhookStatus = 'received' | 'processed' | 'failed'

/**
 * The state changes of a webhook delivery. A processed or failed delivery returns to `received` when staff
 * replay it, or when an equal body may report a new update.
 */
export const webhookTransitions: Transitions<WebhookStatus> = {
  received: ['processed', 'failed'],
  processed: ['received'],
  failed: ['received'],
}

export const webhookMachine = machineOf('webhook', 'webhookInbox', webhookTransitions)
