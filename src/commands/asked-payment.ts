import { z } from 'zod'
import { usageError } from '../cli/errors/cli-error.ts'
import { formatIdr } from '../domain/kernel/index.ts'
import type { PaymentView, PayWith } from '../domain/payment/index.ts'

/**
 * The options with which staff pay an amount, or a part of it, from the wallet of the buyer for whom they
 * act.
 */
export const walletOptions = [
  { flags: '--wallet', description: 'pay everything from the wallet of the buyer now' },
  {
    flags: '--wallet-part [rupiah]',
    description:
      'pay this much from the wallet and the rest by invoice; without an amount, as much as possible from the wallet',
  },
]

export const walletInput = {
  wallet: z.boolean().optional(),
  walletPart: z
    .union([
      z.literal(true),
      z
        .string()
        .regex(/^[1-9]\d{0,11}$/, 'it takes a whole number of rupiah')
        .transform(Number),
    ])
    .optional(),
}

/** @throws a usage error if both --wallet and --wallet-part are given */
export function askedPayment({
  wallet,
  walletPart,
}: {
  wallet?: boolean | undefined
  walletPart?: true | number | undefined
}): { paymentMethod: PayWith; walletIdr?: number } {
  if (wallet && walletPart !== undefined)
    throw usageError('--wallet pays everything, so --wallet-part cannot be used. Leave it out.')
  if (walletPart === undefined) return { paymentMethod: wallet ? 'wallet' : 'invoice' }
  return { paymentMethod: 'wallet+invoice', ...(walletPart !== true && { walletIdr: walletPart }) }
}

/** Returns how a payment is made, in words that staff read to the buyer. */
export function howPaid({ status, amountIdr, walletIdr, invoiceUrl }: PaymentView): string {
  if (status === 'paid') return `${formatIdr(amountIdr)}, paid from the wallet`
  if (walletIdr === 0) return `${formatIdr(amountIdr)}, to be paid at ${invoiceUrl}`
  const rest = formatIdr(amountIdr - walletIdr)
  return `${formatIdr(amountIdr)}, ${formatIdr(walletIdr)} of it held in the wallet, and ${rest} to be paid at ${invoiceUrl}`
}
