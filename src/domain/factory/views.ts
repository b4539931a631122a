import type { TaxIdKind } from './tax-id.ts'
import type { FactoryStatus, FactoryVerification } from './transitions.ts'

/** The facts about a factory that everybody may know. */
export interface PublicFactory {
  id: string
  name: string
  city: string
  province: string
  /**
   * The rating from published reviews of its products: the mean to one digit, null before the first review.
   */
  rating: { average: number | null; count: number }
}

/** The view of a factory that staff see. */
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
  /** Which tax number is kept of it; the number itself is finance's to see. */
  taxIdKind: TaxIdKind | null
  suspendedBecause: string | null
  createdAt: Date
}
