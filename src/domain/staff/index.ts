export { idsOfPeople, nameOfPerson } from './names.ts'
export { isPerson, isSecondPerson, requireOwnFactor, requireSecondPerson } from './two-people.ts'
