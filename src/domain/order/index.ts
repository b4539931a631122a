import './events.ts'

export {
  type BookingContext,
  bookShipment,
  bookShipments,
  intendBooking,
} from './booking/book.ts'
export { shipmentsDue, sweepShipments } from './booking/sweep.ts'
export { cancelOrder } from './cancel.ts'
export { cancelRefunded } from './cancel-refunded.ts'
export { orderChecks } from './checks.ts'
export {
  applyShipmentStatus,
  applyWaybillChanges,
  startProcessing,
} from './fulfilment/apply-shipment-status.ts'
export { completeOrders, completionDue, sweepCompleted } from './fulfilment/complete.ts'
export { withParcelCancelled } from './fulfilment/courier-booked.ts'
export { earnDelivered } from './fulfilment/earn.ts'
export { lostOrdersDue, refundLostOrders, sweepLost } from './fulfilment/refund-lost.ts'
export { releaseOrder } from './fulfilment/release.ts'
export { cancelBooking, setShipmentStatus, tryToCancelBooking } from './fulfilment/set-shipment-status.ts'
export { trueUpFee } from './fulfilment/true-up-fee.ts'
export { cancelUnpaidOrders } from './placement/cancel-unpaid.ts'
export { createOrder, type NewOrder, type PlacedOrder } from './placement/create.ts'
export { createSessionOrders } from './placement/create-session-orders.ts'
export { goOnAllocated, type HeldOrder, heldSessionOrders } from './placement/held-session-orders.ts'
export { priceLines } from './placement/lines.ts'
export { markOrdersPaid } from './placement/mark-paid.ts'
export { type RatesQuery, ratesFor } from './placement/rates-for.ts'
export { reopenPayment } from './placement/reopen-payment.ts'
export { getOrder, listOrders } from './read.ts'
export { markOrdersRefunded } from './refunds/mark-refunded.ts'
export { acceptReturn, type ReturnInspection } from './returns/accept.ts'
export {
  getReturn,
  listReturns,
  returnStatuses,
} from './returns/read.ts'
export { refuseReturn } from './returns/refuse.ts'
export { type ReturnRequest, requestReturn } from './returns/request.ts'
export { type ReturnReason, returnReasons } from './returns/rules.ts'
export { type StatusByHand, setOrderStatus } from './set-status.ts'
export {
  batchedStates,
  closedStates,
  endedUnfundedStates,
  type OrderStatus,
  orderTransitions,
  settledStates,
  statesByHand,
  unbookedStates,
} from './transitions.ts'
export type { OrderView } from './views.ts'
