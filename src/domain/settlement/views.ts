import type { Rupiah } from '../kernel/index.ts'
import type { SettlementStatus } from './transitions.ts'

/** A settlement, or a factory's amount that is carried over to its next settlement (status `carried`). */
export interface SettlementView {
  /**
   * The id of the stored settlement. Absent if nothing is stored: in a preview, and for an amount that is
   * carried over.
   */
  id?: string
  code?: string
  factory: { id: string; name: string }
  /** The business date (Asia/Jakarta) through which the settlement's lines were due. */
  through: string
  items: number
  /** The value of the goods in the settlement, at the prices at which they were sold. */
  grossIdr: Rupiah
  /** The commission on the settlement's goods that was posted when they were sold. */
  commissionIdr: Rupiah
  /** The factory's share of refunds to buyers. The settlement deducts this share. */
  refundsIdr: Rupiah
  /**
   * The other amounts that were posted to the factory's account and are in the settlement, such as
   * corrections.
   */
  adjustmentsIdr: Rupiah
  /**
   * The factory's amount that is negative or below the minimum, and therefore is carried over to its next
   * settlement.
   */
  carriedIdr: Rupiah
  /** The amount that is paid to the factory. */
  netIdr: Rupiah
  status: SettlementStatus | 'planned' | 'carried'
  statusReason?: string | null
  planHash?: string
  calculatedAt?: Date
  approvedAt?: Date | null
  paidAt?: Date | null
  /** The time at which a failed settlement is paid again automatically. */
  retryAt?: Date | null
}

export interface SettlementReport {
  settlements: SettlementView[]
  /** The sum of the settlements' net amounts. In a preview it is the sum that would be settled. */
  totalIdr: Rupiah
}

export function reportOf(settlements: SettlementView[]): SettlementReport {
  return { settlements, totalIdr: settlements.reduce((sum, settlement) => sum + settlement.netIdr, 0) }
}
