import { machineOf, type Transitions } from '../kernel/index.ts'

export type DeliveryStatus = 'queued' | 'sent' | 'failed' | 'skipped'

/** Staff send a delivery again that failed or had no recipient. */
export const deliveryTransitions: Transitions<DeliveryStatus> = {
  queued: ['sent', 'failed', 'skipped'],
  sent: [],
  failed: ['queued'],
  skipped: ['queued'],
}

export const deliveryMachine = machineOf('delivery', 'notificationDeliveries', deliveryTransitions)
