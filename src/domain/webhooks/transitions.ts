import { machineOf, type Transitions } from '../kernel/index.ts'

export type WebhookStatus = 'received' | 'processed' | 'failed'

/**
 * The state changes of a webhook delivery. A processed or failed delivery returns to `received` if it must be
 * processed again. That is so if staff replay it, or if the provider sends an equal body that may report a
 * new update.
 */
export const webhookTransitions: Transitions<WebhookStatus> = {
  received: ['processed', 'failed'],
  processed: ['received'],
  failed: ['received'],
}

export const webhookMachine = machineOf('webhook', 'webhookInbox', webhookTransitions)
