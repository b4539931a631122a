import type { Policy } from '../../kernel/index.ts'

/**
 * The overlap (s) of two readings of Xendit's transaction list: the longest time after which the list shows a
 * line. A reading that begins this long before the previous reading began finds every late line.
 */
export const listOverlapS = ({ providerListLagMinutes }: Policy): number => providerListLagMinutes * 60

/** Laku reads new lines of Xendit's transaction list every ten minutes (s). */
const A_READING_S = 600
/** Within this time (s) a webhook about a line of Xendit's transaction list may still be under way. */
const WEBHOOK_S = 1800

/**
 * Returns the age (s) from which a line of Xendit's transaction list, or a posting in laku's ledger, may
 * count as a difference. Until then a webhook may be under way, the list may not show the line yet, or laku
 * has not read it yet.
 */
export const notDueS = (policy: Policy): number => Math.max(WEBHOOK_S, listOverlapS(policy) + A_READING_S)

/**
 * Returns true if the next reading of Xendit's transaction list must begin the whole overlap back. With the
 * default lag of 15 minutes every reading does. With a longer lag only some do, so that laku reads each line
 * about four times at most, whatever the lag.
 */
export function isWholeDue(policy: Policy, wholeAt: Date | null, now: Date): boolean {
  const everyS = listOverlapS(policy) / 2 - A_READING_S
  return wholeAt === null || now.getTime() - wholeAt.getTime() >= everyS * 1000
}
