import type { Policy, Rupiah } from '../../kernel/index.ts'
import { walletErrors } from '../../wallet/index.ts'
import { paymentErrors } from '../errors.ts'

/**
 * The means by which a buyer pays. `wallet+invoice`: a part comes from the buyer's wallet and is held at
 * once; the rest is paid by invoice.
 */
export type PayWith = 'invoice' | 'wallet' | 'wallet+invoice'

/** The amount (rupiah) of a payment, and the part that is paid from the wallet; an invoice pays the rest. */
export interface Parts {
  amountIdr: Rupiah
  walletIdr: Rupiah
}

/** Returns the part of a payment that is paid by invoice. */
export const invoiceIdrOf = ({ amountIdr, walletIdr }: Parts): Rupiah => amountIdr - walletIdr

/** Returns true if a part of the payment is paid from the wallet, and the rest by invoice. */
export const isParted = ({ amountIdr, walletIdr }: Parts): boolean => walletIdr > 0 && walletIdr < amountIdr

export interface AskedPart {
  userId: string
  amountIdr: Rupiah
  /** The sum to pay from the wallet. Default: as much as the wallet holds, up to the amount. */
  walletIdr?: Rupiah | undefined
}

/**
 * Returns the sum of a payment that is paid from the wallet. If the caller gives no sum, the wallet pays as
 * much as it can. If that is not everything, the wallet leaves at least the provider's minimum to the
 * invoice. A sum that the caller gives is used unchanged, or refused if the rest is too small for an invoice.
 * The error then names the largest sum allowed.
 * @throws wallet.insufficient_balance, payment.wallet_part_above_price, rest_below_invoice_minimum,
 * below_invoice_minimum, no_wallet_part
 */
export function walletPartOf(
  { userId, amountIdr, walletIdr }: AskedPart,
  balanceIdr: Rupiah,
  { invoiceMinimumIdr: minimumIdr }: Pick<Policy, 'invoiceMinimumIdr'>,
): Rupiah {
  const mostIdr = Math.max(0, amountIdr - minimumIdr)
  if (walletIdr === undefined) {
    if (balanceIdr >= amountIdr) return amountIdr
    if (amountIdr < minimumIdr)
      throw paymentErrors.below_invoice_minimum({ amountIdr, minimumIdr, balanceIdr })
    const partIdr = Math.min(balanceIdr, mostIdr)
    if (partIdr <= 0) throw paymentErrors.no_wallet_part({ amountIdr, balanceIdr, minimumIdr })
    return partIdr
  }
  if (walletIdr > amountIdr) throw paymentErrors.wallet_part_above_price({ walletIdr, amountIdr })
  if (walletIdr > balanceIdr)
    throw walletErrors.insufficient_balance({ userIds: [userId], balanceIdr, neededIdr: walletIdr })
  const restIdr = amountIdr - walletIdr
  if (restIdr > 0 && restIdr < minimumIdr)
    throw paymentErrors.rest_below_invoice_minimum({ restIdr, minimumIdr, amountIdr, mostWalletIdr: mostIdr })
  return walletIdr
}
