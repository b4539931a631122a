import { machineOf, statesBefore, type Transitions } from '../kernel/index.ts'

export type OrderStatus =
  | 'pending_payment'
  | 'paid'
  | 'processing'
  | 'ready_for_pickup'
  | 'picked_up'
  | 'in_transit'
  | 'delivered'
  | 'completed'
  | 'cancelled'
  | 'on_hold'
  | 'failed'
  | 'returning'
  | 'return_requested'
  | 'returned'
  | 'refunded'

/**
 * The allowed transitions of an order's status. Couriers skip steps, so any status after the booking may
 * follow any earlier one. Only an order that was cancelled because its invoice expired may leave `cancelled`,
 * by a new payment. If a parcel never left, its order goes back from its journey to `processing`.
 */
export const orderTransitions: Transitions<OrderStatus> = {
  pending_payment: ['paid', 'cancelled'],
  paid: ['processing', 'on_hold', 'cancelled'],
  processing: ['ready_for_pickup', 'on_hold', 'cancelled'],
  ready_for_pickup: [
    'picked_up',
    'in_transit',
    'delivered',
    'processing',
    'cancelled',
    'failed',
    'returning',
    'returned',
  ],
  picked_up: ['in_transit', 'delivered', 'processing', 'failed', 'returning', 'returned'],
  in_transit: ['delivered', 'processing', 'failed', 'returning', 'returned'],
  delivered: ['completed', 'return_requested'],
  completed: [],
  cancelled: ['pending_payment', 'refunded'],
  on_hold: ['processing', 'cancelled'],
  failed: ['refunded'],
  returning: ['delivered', 'processing', 'returned', 'failed'],
  return_requested: ['delivered', 'returned'],
  returned: ['processing', 'refunded'],
  refunded: [],
}

export const orderMachine = machineOf('order', 'orders', orderTransitions)

/** The states of an order for which laku books a courier automatically. */
export const bookableStates: readonly OrderStatus[] = ['paid', 'processing']

/** The states of a paid order whose courier is not booked yet. */
export const unbookedStates: readonly OrderStatus[] = [...bookableStates, 'on_hold']

/** The states of a paid order whose goods are in the warehouse. */
export const inWarehouseStates: readonly OrderStatus[] = [...unbookedStates, 'ready_for_pickup']

/** The states of an order for which stock may be reserved. */
export const reservingStates: readonly OrderStatus[] = ['pending_payment', ...inWarehouseStates]

/** The states of an order whose parcel has left the warehouse. */
export const dispatchedStates: readonly OrderStatus[] = [
  'picked_up',
  'in_transit',
  'delivered',
  'failed',
  'returning',
  'returned',
]

/** The states of an order whose parcel is on its journey, so that its goods are not in stock. */
export const travellingStates: readonly OrderStatus[] = ['picked_up', 'in_transit', 'returning']

/** The states of an order whose courier is booked, while its parcel is on the way to the buyer. */
export const bookedStates: readonly OrderStatus[] = ['ready_for_pickup', 'picked_up', 'in_transit']

/**
 * The states of an order whose parcel reaches the buyer, in sequence. An order may skip some of them, because
 * a courier may report a later status first.
 */
export const deliverySequence: readonly OrderStatus[] = [...bookableStates, ...bookedStates, 'delivered']

/** The states of an order that a customer may cancel: packing has not begun. */
export const cancellableByCustomerStates: readonly OrderStatus[] = ['pending_payment', 'paid']

/** The states of an order whose buyer may get the money back now. */
export const refundableStates: readonly OrderStatus[] = statesBefore(orderTransitions, 'refunded')

/** The states of an order whose buyer gets a refund, or has got one. */
export const refundStates: readonly OrderStatus[] = [...refundableStates, 'refunded']

/** The states of an order that ended, and keeps no money of its buyer. */
export const endedUnfundedStates: readonly OrderStatus[] = ['cancelled', 'failed', 'refunded']

/** The states of an order that keeps no money of its buyer: unpaid, or ended with a refund. */
export const unfundedStates: readonly OrderStatus[] = ['pending_payment', ...endedUnfundedStates]

/**
 * The states of an order that a batch may process. The batch books a courier, completes the order, or refunds
 * a lost parcel.
 */
export const batchedStates: readonly OrderStatus[] = [...bookableStates, 'delivered', 'failed']

/** The states of an order whose buyer gets the whole price back, shipping included. */
export const refundedInFullStates: readonly OrderStatus[] = ['cancelled', 'refunded']

/**
 * The states of an order from which its buyer has nothing more to expect: completed, cancelled or refunded.
 */
export const closedStates: readonly OrderStatus[] = ['completed', 'cancelled', 'refunded']

/** The states of an order that is over for its factory, so that its lines may be part of a settlement. */
export const settledStates: readonly OrderStatus[] = [
  'delivered',
  'completed',
  'refunded',
  'failed',
  'cancelled',
]

/**
 * The states of an order that staff and services may set by hand. The other states follow only from a
 * payment, from the passing of time, or from a return.
 */
export const statesByHand = [
  'processing',
  'ready_for_pickup',
  'picked_up',
  'in_transit',
  'delivered',
  'on_hold',
  'returning',
  'returned',
  'failed',
  'cancelled',
  'refunded',
] as const satisfies readonly OrderStatus[]

export type ReturnStatus = 'requested' | 'accepted' | 'refused'

/**
 * The allowed transitions of a return of goods. A return is decided only once. A buyer whose return was
 * refused may ask for a new one.
 */
export const returnTransitions: Transitions<ReturnStatus> = {
  requested: ['accepted', 'refused'],
  accepted: [],
  refused: [],
}

export const returnMachine = machineOf('return', 'orderReturns', returnTransitions)
