import './events.ts'

export { type Adjustment, adjustStock } from './adjust-stock.ts'
export { warehouseChecks } from './checks.ts'
export { warehouseErrors } from './errors.ts'
export { handOverReservation } from './hand-over-reservation.ts'
export { listMovements } from './list-movements.ts'
export {
  listStock,
  type MovementView,
  type StockFilter,
  type StockView,
  showStock,
  stockOf,
} from './read-stock.ts'
export { releaseStock } from './release-stock.ts'
export { reserveStock } from './reserve-stock.ts'
export { type ReturnedLine, restock } from './restock.ts'
export type { Shortage, StockDemand, StockLine } from './rules.ts'
export { shipStock } from './ship-stock.ts'
