import './events.ts'

export { wayInErrors } from './errors.ts'
export {
  changesOf,
  lockChange,
  markStopped,
  type NewChange,
  recordChange,
  type Way,
  type WayChange,
} from './record-change.ts'
export { type Revealed, revealAudit, type Sealed, type Subject, type SubjectKind } from './sealed-values.ts'
export { readStopToken, stopPath, stopToken } from './stop-link.ts'
