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
 * not. A purchase order that was received in part waits for the rest, or staff close it.
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

/** The states of a purchase order that has not ended, so that its goods may still come. */
export const openPurchaseOrderStates: readonly PurchaseOrderStatus[] = [
  ...statesBefore(purchaseOrderTransitions, 'cancelled'),
  'partially_received',
]

/** The states of a purchase order that was sent to the factory and of which the factory still owes goods. */
export const incomingPurchaseOrderStates: readonly PurchaseOrderStatus[] = openPurchaseOrderStates.filter(
  (status) => status !== 'draft',
)

/** The states of a purchase order that the factory answered, or that ended. */
export const answeredPurchaseOrderStates: readonly PurchaseOrderStatus[] = [
  'confirmed',
  'shipped',
  'partially_received',
  'received',
  'closed',
  'cancelled',
]

/** The states of a purchase order of which no goods come any more. */
export const endedPurchaseOrderStates: readonly PurchaseOrderStatus[] = ['received', 'closed', 'cancelled']

export type ReservationStatus = 'open' | 'consumed' | 'released'

/**
 * The state changes of a reservation of stock for a session or an order. `consumed`: its pieces were shipped,
 * or passed on to orders. `released`: others can reserve its pieces.
 */
export const reservationTransitions: Transitions<ReservationStatus> = {
  open: ['consumed', 'released'],
  consumed: [],
  released: [],
}

export const reservationMachine = machineOf('reservation', 'stockReservations', reservationTransitions)
