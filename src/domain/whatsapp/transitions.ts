import { machineOf, type Transitions } from '../kernel/index.ts'

export type MessageStatus = 'queued' | 'sent' | 'delivered' | 'read' | 'failed'

/**
 * Only forward: status webhooks come in any order, and one that is overtaken changes nothing. But what was
 * taken, and then refused for what is not the message's own, goes again.
 */
export const messageTransitions: Transitions<MessageStatus> = {
  queued: ['sent', 'delivered', 'read', 'failed'],
  sent: ['delivered', 'read', 'failed', 'queued'],
  delivered: ['read'],
  read: [],
  failed: [],
}

export const messageMachine = machineOf('message', 'whatsappMessages', messageTransitions)
