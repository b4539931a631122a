import { machineOf, type Transitions } from '../kernel/index.ts'

export type DeliveryStatus = 'queued' | 'sent' | 'failed' | 'skipped'

/** What failed, or had nobody to go to, is sent again by staff. */
export const deliveryTransitions: Transitions<DeliveryStatus> = {
  queued: ['sent', 'failed', 'skipped'],
  sent: [],
  failed: ['queued'],
  skipped: ['queued'],
}

export const deliveryMachine = machineOf('delivery', 'notificationDeliveries', deliveryTransitions)
