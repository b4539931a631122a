import { machineOf, type Transitions } from '../kernel/index.ts'

export type WebhookStatus = 'received' | 'processed' | 'failed'

/**
 * A delivery that was processed or given up is worked through again when staff replay it, or when the same
 * words come again as a new update.
 */
export const webhookTransitions: Transitions<WebhookStatus> = {
  received: ['processed', 'failed'],
  processed: ['received'],
  failed: ['received'],
}

export const webhookMachine = machineOf('webhook', 'webhookInbox', webhookTransitions)
