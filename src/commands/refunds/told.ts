import { formatIdr } from '../../domain/kernel/index.ts'
import type { RefundDetail } from '../../domain/payment/index.ts'

/** Returns the text that staff read about a refund that they have just asked for or approved. */
export function told({ code, status, destination, amountIdr, walletPartIdr }: RefundDetail): string {
  if (status === 'requested') return `${code} waits for another person: laku refunds approve ${code}`
  const is = `${code} is ${status}, to the ${destination}`
  return walletPartIdr === 0
    ? `${is}.`
    : `${is}, with ${formatIdr(amountIdr)}; ${formatIdr(walletPartIdr)} are in the wallet, because it had paid a part.`
}
