import './events.ts'

export { warehouseChecks } from './checks.ts'
export { adjustStock } from './inventory/adjust.ts'
export { type Coverage, coverDemand } from './inventory/cover-demand.ts'
export { handOverReservation } from './inventory/hand-over.ts'
export { openStock } from './inventory/lock.ts'
export {
  getStockedProduct,
  listStockedProducts,
  type StockedProduct,
  stockedProduct,
} from './inventory/products-in-stock.ts'
export {
  listStock,
  type MovementView,
  showStock,
} from './inventory/read.ts'
export { releaseStock } from './inventory/release.ts'
export { reservedFor } from './inventory/reservations.ts'
export { reserveStock } from './inventory/reserve.ts'
export { restock } from './inventory/restock.ts'
export type { StockLine } from './inventory/rules.ts'
export { shipStock } from './inventory/ship.ts'
export { fillShortages } from './inventory/shortages.ts'
export { applyPickups } from './purchase-orders/apply-pickups.ts'
export { confirmPurchaseOrder } from './purchase-orders/confirm.ts'
export { countUnanswered } from './purchase-orders/count-unanswered.ts'
export { createPurchaseOrder } from './purchase-orders/create.ts'
export { cancelPurchaseOrder, closePurchaseOrder } from './purchase-orders/end.ts'
export { estimateFreight } from './purchase-orders/estimate-freight.ts'
export {
  listPurchaseOrders,
  type PurchaseOrderView,
  purchaseOrder,
  showPurchaseOrder,
} from './purchase-orders/read.ts'
export { type ReceiptLine, receivePurchaseOrder } from './purchase-orders/receive.ts'
export { recordReplies } from './purchase-orders/record-replies.ts'
export { reportUnneededOrders, reportUnreachedFactories } from './purchase-orders/report-problems.ts'
export { sendPurchaseOrder } from './purchase-orders/send.ts'
export { purchaseOrdersDue, sweepPurchaseOrders } from './purchase-orders/sweep.ts'
export {
  answeredPurchaseOrderStates,
  endedPurchaseOrderStates,
  type PurchaseOrderStatus,
  purchaseOrderTransitions,
} from './transitions.ts'
