import { machineOf, type Transitions } from '../kernel/index.ts'

export type MessageStatus = 'queued' | 'sent' | 'delivered' | 'read' | 'failed'

/**
 * The state changes of a WhatsApp message. Messages only move forward: status webhooks arrive in any order,
 * and an outdated webhook changes nothing. The exception is a message that Meta accepted and then refused for
 * a reason outside the message: it is queued again.
 */
export const messageTransitions: Transitions<MessageStatus> = {
  queued: ['sent', 'delivered', 'read', 'failed'],
  sent: ['delivered', 'read', 'failed', 'queued'],
  delivered: ['read'],
  read: [],
  failed: [],
}

export const messageMachine = machineOf('message', 'whatsappMessages', messageTransitions)
