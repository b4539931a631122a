import './events.ts'

export { acceptReturn, type ReturnInspection } from './accept-return.ts'
export { cancelOrder } from './cancel-order.ts'
export { cancelRefunded } from './cancel-refunded.ts'
export { cancelUnpaidOrders } from './cancel-unpaid-orders.ts'
export { orderChecks } from './checks.ts'
export { completeOrders, completionDue } from './complete-orders.ts'
export { CourierBooked, withParcelCalledOff } from './courier-booked.ts'
export { createOrder, type NewOrder, type OrderSettings, type PlacedOrder } from './create-order.ts'
export { createSessionOrders, type SessionOrder, type SessionOrderLine } from './create-session-orders.ts'
export { earnDelivered } from './earn-orders.ts'
export { orderErrors } from './errors.ts'
export { followShipments, followWaybills, startProcessing } from './follow-shipments.ts'
export { goOnAllocated, type HeldOrder, heldSessionOrders } from './held-session-orders.ts'
export { markOrdersPaid } from './mark-orders-paid.ts'
export { markOrdersRefunded } from './mark-orders-refunded.ts'
export type { AskedItem } from './order-lines.ts'
export { type RatesQuery, ratesFor } from './rates-for.ts'
export { getOrder, listOrders, type OrderFilter } from './read-orders.ts'
export {
  getReturn,
  hasOpenReturn,
  listReturns,
  type ReturnFilter,
  type ReturnView,
  returnStatuses,
} from './read-returns.ts'
export { lostOrdersDue, refundLostOrders } from './refund-lost-orders.ts'
export { refuseReturn } from './refuse-return.ts'
export { releaseOrder } from './release-order.ts'
export { reopenPayment } from './reopen-payment.ts'
export { type ReturnRequest, requestReturn } from './request-return.ts'
export { type ReturnReason, returnReasons } from './return-rules.ts'
export { type StatusByHand, setOrderStatus, statusesByHand } from './set-order-status.ts'
export { type OrderStatus, orderTransitions, type ReturnStatus } from './transitions.ts'
export { trueUpFee } from './true-up-fee.ts'
export type { OrderItemView, OrderView } from './views.ts'
