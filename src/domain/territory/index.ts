export { lookAfter, setOfficeOfAgent, setOfficeOfFactory } from './assign.ts'
export { isLookedAfterBy, mayActForFactory } from './own-factory.ts'
export { hasOwnOffice, ownOffice } from './own-office.ts'
