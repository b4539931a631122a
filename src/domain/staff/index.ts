export { idsOfPeople, nameOfPerson } from './names.ts'
export {
  isPerson,
  isSecondPerson,
  requireOwnFactor,
  requireSecondPerson,
  secondPersonRefused,
} from './two-people.ts'
