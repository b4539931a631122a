export { lookAfter, setOfficeOfAgent, setOfficeOfFactory } from './assign.ts'
export { isLookedAfterBy, mayActForFactory } from './own-factory.ts'
export { ownOffice } from './own-office.ts'
