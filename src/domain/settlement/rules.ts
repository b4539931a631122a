import { createHash } from 'node:crypto'
import { jakartaDate, type Policy, type Rupiah, secondsAfter } from '../kernel/index.ts'
import { payAgainAfterS, UNSETTLED } from '../payout/index.ts'
import { settlementErrors } from './errors.ts'

const DAY_S = 86_400

/** The date and the times that decide which settlement lines are due by the end of a business date. */
export interface Period {
  /** The business date (Asia/Jakarta, `YYYY-MM-DD`) through which settlement lines are due. */
  through: string
  /**
   * An order's sales are due for settlement only if the order was delivered (or ended otherwise) by this
   * instant.
   */
  endedBefore: Date
  /**
   * The instant before which two kinds of settlement lines must be posted to be due: lines that belong to no
   * order, and refunds of sales that were settled before.
   */
  postedBefore: Date
}

/**
 * Returns the date and the instants that decide which lines a settlement contains. Default: the settlement
 * contains lines through today. A sale is due policy.settlementAfterDays after its order was delivered. These
 * days must have passed by the end of the business date. If that day has not ended, they must have passed by
 * now.
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

/** The part of a settlement line from which the plan's hash is made. */
export interface PlanLine {
  entrySeq: number
  netIdr: Rupiah
}

/**
 * Returns the hash of a settlement's lines. An approval is valid only for the hash that was approved. The
 * hash changes if any amount changes; the sequence of the lines does not matter.
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

/**
 * Adds up the lines of a settlement: net = goods - posted commission - the factory's share of refunds + other
 * amounts posted to the factory.
 */
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

/**
 * Tells whether a factory's net amount is settled now. A negative amount, or an amount below the minimum, is
 * not settled: its lines stay unsettled until the next run.
 */
export function isSettled(netIdr: Rupiah, policy: Policy): boolean {
  return netIdr > 0 && netIdr >= policy.settlementMinimumIdr
}

/**
 * Returns the seconds until a failed settlement is paid again automatically; undefined if a person must
 * decide. A person must decide if the reason is not temporary, somebody cancelled the payout, or
 * `policy.payoutTries` payouts were made. For one reason the number of payouts is not limited: Xendit has not
 * settled incoming money yet, which takes up to five days.
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
  return payAgainAfterS(payouts)
}
