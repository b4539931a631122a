import type { Rupiah } from '../kernel/index.ts'
import type { SettlementStatus } from './transitions.ts'

/** A settlement, or what of a factory stays open for the next (`carried`). */
export interface SettlementView {
  /** Absent while nothing is written: in a preview, and where it is carried. */
  id?: string
  code?: string
  factory: { id: string; name: string }
  /** The business date (Asia/Jakarta) through which its lines were due. */
  through: string
  items: number
  /** Goods, as sold. */
  grossIdr: Rupiah
  /** The commission as posted with the goods. */
  commissionIdr: Rupiah
  /** The factory's share of what went back to buyers. */
  refundsIdr: Rupiah
  /** The other amounts that were posted to the factory. */
  adjustmentsIdr: Rupiah
  /** Below the minimum or negative: stays open for the next. */
  carriedIdr: Rupiah
  /** The amount that is paid out. */
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
  /** Net of all that is, or would be, settled. */
  totalIdr: Rupiah
}

export function reportOf(settlements: SettlementView[]): SettlementReport {
  return { settlements, totalIdr: settlements.reduce((sum, settlement) => sum + settlement.netIdr, 0) }
}
