import { machineOf, statesBefore, type Transitions } from '../kernel/index.ts'

export type PurchaseOrderStatus =
  | 'draft'
  | 'sent'
  | 'confirmed'
  | 'shipped'
  | 'partially_received'
  | 'received'
  | 'closed'
  | 'cancelled'

/**
 * The state changes of a purchase order. Goods may arrive once it is `sent`, whether the factory answered or
 * not. A partly received purchase order waits for the rest or is closed short.
 */
export const purchaseOrderTransitions: Transitions<PurchaseOrderStatus> = {
  draft: ['sent', 'cancelled'],
  sent: ['confirmed', 'shipped', 'partially_received', 'received', 'cancelled'],
  confirmed: ['shipped', 'partially_received', 'received', 'cancelled'],
  shipped: ['partially_received', 'received', 'cancelled'],
  partially_received: ['received', 'closed'],
  received: ['closed'],
  closed: [],
  cancelled: [],
}

export const purchaseOrderMachine = machineOf(
  'purchase order',
  'warehousePurchaseOrders',
  purchaseOrderTransitions,
)

/** The states of a purchase order from which goods may still come. */
export const openStatuses: readonly PurchaseOrderStatus[] = [
  ...statesBefore(purchaseOrderTransitions, 'cancelled'),
  'partially_received',
]

/** The states of a purchase order that was sent to the factory and of which the factory still owes goods. */
export const incomingStatuses: readonly PurchaseOrderStatus[] = openStatuses.filter(
  (status) => status !== 'draft',
)

export type ReservationStatus = 'open' | 'consumed' | 'released'

/**
 * The state changes of a reservation: stock kept for a session or an order is passed on or shipped
 * (consumed), or free again (released).
 */
export const reservationTransitions: Transitions<ReservationStatus> = {
  open: ['consumed', 'released'],
  consumed: [],
  released: [],
}

export const reservationMachine = machineOf('reservation', 'stockReservations', reservationTransitions)
