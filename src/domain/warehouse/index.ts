import './events.ts'

export { type Adjustment, adjustStock } from './adjust-stock.ts'
export { warehouseChecks } from './checks.ts'
export { confirmPurchaseOrder } from './confirm-purchase-order.ts'
export { type Coverage, coverDemand } from './cover-demand.ts'
export { createPurchaseOrder, type NewPurchaseOrder } from './create-purchase-order.ts'
export { cancelPurchaseOrder, closePurchaseOrder } from './end-purchase-order.ts'
export { warehouseErrors } from './errors.ts'
export { estimateFreight, type FreightContext } from './estimate-freight.ts'
export { handOverReservation } from './hand-over-reservation.ts'
export { listMovements } from './list-movements.ts'
export { notePickups } from './note-pickups.ts'
export { noteUnneeded, noteUntoldFactories } from './note-purchase-orders.ts'
export {
  listPurchaseOrders,
  type PurchaseOrderDetail,
  type PurchaseOrderFilter,
  type PurchaseOrderItem,
  type PurchaseOrderView,
  purchaseOrder,
  showPurchaseOrder,
} from './read-purchase-orders.ts'
export {
  listStock,
  type MovementView,
  type StockFilter,
  type StockView,
  showStock,
  stockOf,
} from './read-stock.ts'
export { type Receipt, type ReceiptLine, receivePurchaseOrder } from './receive-purchase-order.ts'
export { type Reply, recordReplies } from './record-replies.ts'
export { releaseStock } from './release-stock.ts'
export { reservedFor } from './reservations.ts'
export { reserveStock } from './reserve-stock.ts'
export { type ReturnedLine, restock } from './restock.ts'
export type { Shortage, StockDemand, StockLine } from './rules.ts'
export { sendPurchaseOrder } from './send-purchase-order.ts'
export { shipStock } from './ship-stock.ts'
export { fillShortages } from './shortages.ts'
export { purchaseOrdersDue, sweepPurchaseOrders } from './sweep-purchase-orders.ts'
export { type PurchaseOrderStatus, purchaseOrderTransitions } from './transitions.ts'
