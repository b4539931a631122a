import { createHash } from 'node:crypto'
import { jakartaDate, type Policy, type Rupiah, secondsAfter } from '../kernel/index.ts'
import { UNSETTLED } from '../payout/index.ts'
import { settlementErrors } from './errors.ts'

const DAY_S = 86_400

/** The period whose lines are due by the end of a business date. */
export interface Period {
  /** Asia/Jakarta, `YYYY-MM-DD` */
  through: string
  /** Sales of orders that were delivered (or ended otherwise) before this instant are due. */
  endedBefore: Date
  /**
   * A line that belongs to no order, or takes a settled sale back, is due when it was posted before this
   * instant.
   */
  postedBefore: Date
}

/**
 * The period of a settlement through a business date, today where none is given: orders need
 * policy.settlementAfterDays since their delivery by the end of that day, and never fewer by now.
 * @throws settlement.through_invalid
 */
export function periodThrough(through: string | undefined, now: Date, policy: Policy): Period {
  const today = jakartaDate(now)
  const day = through ?? today
  const midnight = new Date(`${day}T00:00:00+07:00`)
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || Number.isNaN(midnight.getTime()) || jakartaDate(midnight) !== day) {
    throw settlementErrors.through_invalid({ through: day })
  }
  if (day > today) throw settlementErrors.through_invalid({ through: day, today })
  const end = secondsAfter(midnight, DAY_S)
  const by = end < now ? end : now
  return {
    through: day,
    endedBefore: secondsAfter(by, -policy.settlementAfterDays * DAY_S),
    postedBefore: end,
  }
}

/** The states in which an order is finished for its factory: none of its lines is open. */
export const settledStates = ['delivered', 'completed', 'refunded', 'failed', 'cancelled'] as const

/** A line of the book, as far as a plan is made of it. */
export interface PlanLine {
  entrySeq: number
  netIdr: Rupiah
}

/**
 * Returns the hash of the lines that an approval is for: exact to the rupiah, and independent of the order in
 * which they were read.
 */
export function planHash(lines: readonly PlanLine[]): string {
  const text = lines
    .toSorted((a, b) => a.entrySeq - b.entrySeq)
    .map(({ entrySeq, netIdr }) => `${entrySeq}:${netIdr}`)
    .join('\n')
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

export interface Line extends PlanLine {
  kind: 'sale' | 'refund' | 'adjustment'
  grossIdr: Rupiah
  commissionIdr: Rupiah
}

export interface Totals {
  items: number
  grossIdr: Rupiah
  commissionIdr: Rupiah
  refundsIdr: Rupiah
  adjustmentsIdr: Rupiah
  netIdr: Rupiah
}

/** net = goods - commission as posted - the factory's share of refunds, and what else was posted to it. */
export function totalsOf(lines: readonly Line[]): Totals {
  const totals = {
    items: lines.length,
    grossIdr: 0,
    commissionIdr: 0,
    refundsIdr: 0,
    adjustmentsIdr: 0,
    netIdr: 0,
  }
  for (const line of lines) {
    totals.netIdr += line.netIdr
    if (line.kind === 'sale') {
      totals.grossIdr += line.grossIdr
      totals.commissionIdr += line.commissionIdr
    } else if (line.kind === 'refund') totals.refundsIdr -= line.netIdr
    else totals.adjustmentsIdr += line.netIdr
  }
  return totals
}

/** Below the minimum, or negative, nothing is settled: the lines stay open for the next. */
export function isSettled(netIdr: Rupiah, policy: Policy): boolean {
  return netIdr > 0 && netIdr >= policy.settlementMinimumIdr
}

const HOUR_S = 3600
/** A failure that passes takes one to three hours (Xendit's failure codes). */
const LONGEST_HOURS = 3

/**
 * Returns the seconds until a settlement whose payout definitely failed is paid again automatically.
 * Undefined where a person decides: the reason is not temporary, somebody cancelled the payout, or it was
 * tried `policy.payoutTries` times. Incoming money that is not settled yet (xendit.settlement: up to five
 * days) is no failure, and does not count as a try.
 */
export function retryAfterFailure(
  failureCode: string,
  isRetryable: boolean,
  payouts: number,
  { payoutTries }: Pick<Policy, 'payoutTries'>,
): number | undefined {
  const isUnsettled = failureCode === UNSETTLED
  if (!isRetryable || failureCode === 'CANCELLED' || (payouts >= payoutTries && !isUnsettled))
    return undefined
  return Math.min(LONGEST_HOURS, payouts) * HOUR_S
}
