import type { FactoryStatus, FactoryVerification } from './transitions.ts'

/** What everybody may know of a factory. */
export interface PublicFactory {
  id: string
  name: string
  city: string
  province: string
}

/** What staff see. */
export interface FactoryView extends PublicFactory {
  /** E.164 */
  phone: string
  email: string | null
  /** 5 digits */
  postalCode: string
  verification: FactoryVerification
  status: FactoryStatus
  /** Basis points of the goods' price; a session keeps the rate of its creation. */
  commissionBps: number
  createdAt: Date
}
