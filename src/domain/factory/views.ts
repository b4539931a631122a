import type { TaxIdKind } from './tax-id.ts'
import type { FactoryStatus, FactoryVerification } from './transitions.ts'

/** The public facts about a factory. */
export interface PublicFactory {
  id: string
  name: string
  city: string
  province: string
  /**
   * The factory's rating from the published reviews of its products: the mean to one digit, null before the
   * first review.
   */
  rating: { average: number | null; count: number }
}

/** The view of a factory that staff see. */
export interface FactoryView extends PublicFactory {
  /** The phone number in E.164 format. */
  phone: string
  email: string | null
  /** The postal code, 5 digits. */
  postalCode: string
  verification: FactoryVerification
  status: FactoryStatus
  /**
   * The factory's commission rate, in basis points of the goods' price. A session keeps the rate of the time
   * when it was created.
   */
  commissionBps: number
  /** The kind of the factory's stored tax number. Only finance may see the number itself. */
  taxIdKind: TaxIdKind | null
  suspendedBecause: string | null
  createdAt: Date
}
