import type { Rupiah } from '../kernel/index.ts'
import type { SettlementStatus } from './transitions.ts'

/** A settlement, or the amount of a factory that stays open for its next settlement (status `carried`). */
export interface SettlementView {
  /** The id of the stored settlement. Absent if nothing is stored: in a preview, and for a carried amount. */
  id?: string
  code?: string
  factory: { id: string; name: string }
  /** The business date (Asia/Jakarta) through which the settlement's lines were due. */
  through: string
  items: number
  /** The value of the goods, at the prices at which they were sold. */
  grossIdr: Rupiah
  /** The commission that was posted when the goods were sold. */
  commissionIdr: Rupiah
  /** The factory's share of the refunds to buyers. */
  refundsIdr: Rupiah
  /** The other amounts that were posted to the factory's account, such as corrections. */
  adjustmentsIdr: Rupiah
  /** The amount that is negative or below the minimum, and therefore stays open for the next settlement. */
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
  /** The sum of the net amounts that are settled, or would be settled in a preview. */
  totalIdr: Rupiah
}

export function reportOf(settlements: SettlementView[]): SettlementReport {
  return { settlements, totalIdr: settlements.reduce((sum, settlement) => sum + settlement.netIdr, 0) }
}
