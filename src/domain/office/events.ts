interface PickupSubject {
  pickupId: string
  officeId: string
  purchaseOrderId: string
}

declare module '../kernel/events.ts' {
  interface EventPayloads {
    'office.created': { officeId: string }
    'pickup.scheduled': PickupSubject & { scheduledFor: string }
    'pickup.started': PickupSubject
    /**
     * An agent has picked up the goods at the factory, and they are on their way to the warehouse. Only the
     * pieces that the agent counted are on their way.
     */
    'pickup.completed': PickupSubject & { lines: { variantId: string; expected: number; counted: number }[] }
    'pickup.failed': PickupSubject & { reason: string }
    'pickup.cancelled': PickupSubject & { reason: string }
  }
}

export {}
