import { machineOf, type Transitions } from '../kernel/index.ts'

export type DeliveryStatus = 'queued' | 'sent' | 'failed' | 'skipped'

/** The transitions of a delivery. Staff send a delivery again that failed or that had no recipient. */
export const deliveryTransitions: Transitions<DeliveryStatus> = {
  queued: ['sent', 'failed', 'skipped'],
  sent: [],
  failed: ['queued'],
  skipped: ['queued'],
}

export const deliveryMachine = machineOf('delivery', 'notificationDeliveries', deliveryTransitions)
