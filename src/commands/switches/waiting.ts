import type { Waiting } from '../../domain/composition/waiting.ts'
import { formatIdr } from '../../domain/kernel/index.ts'

/**
 * Returns the waiting work as text: `2 payouts (Rp 1.250.000), 1 refunds (Rp 90.000)`; empty if nothing
 * waits.
 */
export function formatWaiting(waiting: readonly Waiting[]): string {
  return waiting
    .filter((row) => row.count > 0)
    .map(({ what, count, amountIdr }) => {
      return `${count} ${what}${amountIdr === undefined ? '' : ` (${formatIdr(amountIdr)})`}`
    })
    .join(', ')
}
