export { nameOfPerson } from './names.ts'
export { isSecondPerson, requireOwnFactor, requireSecondPerson } from './two-people.ts'
