import { machineOf, type Transitions } from '../kernel/index.ts'

export type WebhookStatus = 'received' | 'processed' | 'failed'

/**
 * The state changes of a webhook delivery. A delivery that was processed or given up is processed again when
 * staff replay it, or when the same body arrives again as a new update.
 */
export const webhookTransitions: Transitions<WebhookStatus> = {
  received: ['processed', 'failed'],
  processed: ['received'],
  failed: ['received'],
}

export const webhookMachine = machineOf('webhook', 'webhookInbox', webhookTransitions)
