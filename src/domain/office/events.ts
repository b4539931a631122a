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
     * The goods are on their way to the warehouse. Pieces that were expected but not counted are not among
     * them.
     */
    'pickup.completed': PickupSubject & { lines: { variantId: string; expected: number; counted: number }[] }
    'pickup.failed': PickupSubject & { reason: string }
    'pickup.cancelled': PickupSubject & { reason: string }
  }
}

export {}
