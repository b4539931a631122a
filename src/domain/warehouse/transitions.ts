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
 * Goods may arrive once the purchase order is `sent`, whether the factory answered or not. A partly received
 * purchase order waits for the rest or is closed short.
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

/** Something may still come of it. */
export const openStatuses: readonly PurchaseOrderStatus[] = [
  ...statesBefore(purchaseOrderTransitions, 'cancelled'),
  'partially_received',
]

/** The factory was told, and owes goods. */
export const incomingStatuses: readonly PurchaseOrderStatus[] = openStatuses.filter(
  (status) => status !== 'draft',
)

export type ReservationStatus = 'open' | 'consumed' | 'released'

/**
 * The moves of a reservation: stock kept for a session or an order is handed on or shipped, or free again.
 */
export const reservationTransitions: Transitions<ReservationStatus> = {
  open: ['consumed', 'released'],
  consumed: [],
  released: [],
}

export const reservationMachine = machineOf('reservation', 'stockReservations', reservationTransitions)
