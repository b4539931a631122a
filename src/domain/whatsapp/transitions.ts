import { machineOf, type Transitions } from '../kernel/index.ts'

export type MessageStatus = 'queued' | 'sent' | 'delivered' | 'read' | 'failed'

/**
 * The state changes of a WhatsApp message. A webhook with an older status changes nothing. Meta may accept a
 * message and refuse it later. If the message itself is not the cause, it goes back to `queued`.
 */
export const messageTransitions: Transitions<MessageStatus> = {
  queued: ['sent', 'delivered', 'read', 'failed'],
  sent: ['delivered', 'read', 'failed', 'queued'],
  delivered: ['read'],
  read: [],
  failed: [],
}

export const messageMachine = machineOf('message', 'whatsappMessages', messageTransitions)

/** The states of a message that has reached its recipient's phone. */
export const deliveredMessageStates: readonly MessageStatus[] = ['delivered', 'read']

/** The states through which a message passes from its sending until it is read, in their order. */
export const deliverySequence = ['sent', 'delivered', 'read'] as const satisfies MessageStatus[]
