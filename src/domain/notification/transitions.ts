import { machineOf, type Transitions } from '../kernel/index.ts'

export type DeliveryStatus = 'queued' | 'sent' | 'failed' | 'skipped'

/**
 * The allowed transitions of a delivery's status. Staff may send again a delivery that failed or that had no
 * recipient.
 */
export const deliveryTransitions: Transitions<DeliveryStatus> = {
  queued: ['sent', 'failed', 'skipped'],
  sent: [],
  failed: ['queued'],
  skipped: ['queued'],
}

export const deliveryMachine = machineOf('delivery', 'notificationDeliveries', deliveryTransitions)
