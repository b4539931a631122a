export { idsOfPeople, nameOfPerson } from './names.ts'
export { requireSeen, type SeenChange } from './require-seen.ts'
export {
  isPerson,
  isSecondPerson,
  requireOwnFactor,
  requireSecondPerson,
  secondPersonRefused,
} from './two-people.ts'
