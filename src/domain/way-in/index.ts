import './events.ts'

export { wayInErrors } from './errors.ts'
export {
  changesOf,
  lockChange,
  type NewChange,
  recordChange,
  stopWayChange,
  type Way,
  type WayChange,
} from './record-change.ts'
export { type Revealed, revealAudit, type Sealed, type Subject, type SubjectKind } from './sealed-values.ts'
export { readStopToken, stopPath, stopToken } from './stop-link.ts'
