export { suspenseChecks } from './checks.ts'
export {
  type Decision,
  decideDisposal,
  disposeByFact,
  disposeOf,
  disposePartByFact,
  type Place,
} from './dispose.ts'
export { suspenseErrors } from './errors.ts'
export {
  type AskedDisposal,
  listSuspense,
  type SuspenseItem,
  showSuspense,
} from './list-suspense.ts'
export { collectPlace, offsetPlace, writeOffPlace } from './places.ts'
export { type NewSuspense, putIntoSuspense, type SuspenseKind } from './put-into-suspense.ts'
export {
  keepReceiving,
  nameReceiver,
  RECEIVING_PURPOSE,
  type Receiver,
  receivingAccount,
  shownReceiving,
} from './receiving-account.ts'
export { isInSuspense, recordLostReference } from './record-lost-reference.ts'
export { splitSuspense } from './split.ts'
export { waitingSuspenseStates } from './transitions.ts'
export { undoDisposal } from './undo.ts'
