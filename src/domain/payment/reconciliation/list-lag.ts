import type { Policy } from '../../kernel/index.ts'

/**
 * The smallest lag (s) that laku counts with, whatever the policy names. A lag is known from a few trials
 * only, and two clocks differ by seconds. So a lag of 0 must not leave the readings without an overlap, and
 * must not let laku send a refund again that the list is about to show.
 */
const LEAST_LAG_S = 600

/**
 * The time (s) after which Xendit's lists surely show a new line, refund or payout. A reading of the
 * transaction list that begins this long before the previous reading began finds every late line. A refund
 * whose call was lost is sent again only this long after the call.
 */
export const listLagS = ({ providerListLagMinutes }: Policy): number =>
  Math.max(LEAST_LAG_S, providerListLagMinutes * 60)

/** Laku reads new lines of Xendit's transaction list every ten minutes (s). */
const A_READING_S = 600
/** Within this time (s) a webhook about a line of Xendit's transaction list may still be under way. */
const WEBHOOK_S = 1800

/**
 * Returns the age (s) from which a line of Xendit's transaction list, or a posting in laku's ledger, may
 * count as a difference. Until then a webhook may be under way, the list may not show the line yet, or laku
 * has not read it yet.
 */
export const notDueS = (policy: Policy): number => Math.max(WEBHOOK_S, listLagS(policy) + A_READING_S)

/**
 * Returns true if the next reading of Xendit's transaction list must begin the whole overlap back. With the
 * default lag of 15 minutes every reading does. With a longer lag only some do, so that laku reads each line
 * about four times at most, whatever the lag. After our clock was put back, the last whole reading lies ahead
 * of it; then the next one is due too.
 */
export function isWholeDue(policy: Policy, wholeAt: Date | null, now: Date): boolean {
  const everyS = listLagS(policy) / 2 - A_READING_S
  return wholeAt === null || wholeAt > now || now.getTime() - wholeAt.getTime() >= everyS * 1000
}
