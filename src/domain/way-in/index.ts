import './events.ts'

export { wayInErrors } from './errors.ts'
export {
  changersOf,
  changesOf,
  lockChange,
  recordChange,
  stopWayChange,
  type Way,
  type WayChange,
} from './record-change.ts'
export { revealAudit, type Sealed, type Subject, sealValue } from './sealed-values.ts'
export { readStopToken, stopPath } from './stop-link.ts'
