import { machineOf, type Transitions } from '../kernel/index.ts'

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
 * by a new payment.
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
  picked_up: ['in_transit', 'delivered', 'failed', 'returning', 'returned'],
  in_transit: ['delivered', 'failed', 'returning', 'returned'],
  delivered: ['completed', 'return_requested'],
  completed: [],
  cancelled: ['pending_payment', 'refunded'],
  on_hold: ['processing', 'cancelled'],
  failed: ['refunded'],
  returning: ['returned', 'failed'],
  return_requested: ['delivered', 'returned'],
  returned: ['processing', 'refunded'],
  refunded: [],
}

export const orderMachine = machineOf('order', 'orders', orderTransitions)

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
