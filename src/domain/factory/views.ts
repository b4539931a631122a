import type { TaxIdKind } from './tax-id.ts'
import type { FactoryStatus, FactoryVerification } from './transitions.ts'

/** The public facts about a factory. */
export interface PublicFactory {
  id: string
  name: string
  city: string
  province: string
  /**
   * The factory's rating: the mean of the published reviews of its products, to one decimal digit; null
   * before the first review.
   */
  rating: { average: number | null; count: number }
}

/** The data of a factory that staff may read. */
export interface FactoryView extends PublicFactory {
  /** The factory's phone number in E.164 format. */
  phone: string
  email: string | null
  /** The postal code of the factory's address, 5 digits. */
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
