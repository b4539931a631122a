import {
  bankFact,
  ewalletFact,
  type PayoutChannelFact,
  payoutChannelFacts,
} from '../../providers/xendit/facts.ts'
import { kernelErrors } from '../kernel/kernel-errors.ts'

/** The account that money is paid out to: a bank account or an e-wallet, by the provider's channel code. */
export interface BankAccount {
  channelCode: string
  /** The number of the account, in digits; the number of an e-wallet is its phone number, `08…`. */
  accountNumber: string
  accountHolderName: string
}

export type PayoutChannel = PayoutChannelFact

/**
 * The channels that the provider documents. These facts count until the provider's API was asked for its
 * channels (`payout-channels.ts`).
 */
export const payoutChannels: Readonly<Record<string, PayoutChannel>> = payoutChannelFacts

/**
 * Returns the facts of a channel that the provider's API names but its documentation does not: those of all
 * channels of its kind.
 */
export const unlistedChannel = (name: string, kind: PayoutChannel['kind']): PayoutChannel =>
  kind === 'bank' ? bankFact(name) : ewalletFact(name)

/** Returns the channel's name as people know it. */
export const channelName = (channelCode: string): string => channelIn(channelCode)?.name ?? channelCode

const channelIn = (code: string) => (Object.hasOwn(payoutChannels, code) ? payoutChannels[code] : undefined)

/**
 * Checks an account and returns it in the form in which it is stored. Spaces, dots and dashes are removed
 * from the number, and an e-wallet's number begins with `08…` in place of any country code. `channel` has the
 * provider's data for a channel that is missing in our table.
 * @throws kernel.payout_channel_unknown, kernel.bank_account_invalid
 */
export function requireBankAccount(account: BankAccount, channel?: PayoutChannel): BankAccount {
  const channelCode = account.channelCode.trim().toUpperCase()
  const known = channelIn(channelCode) ?? channel
  if (!known) {
    throw kernelErrors.payout_channel_unknown({ channelCode, known: Object.keys(payoutChannels) })
  }
  const written = account.accountNumber.replaceAll(/[\s.\-()]/g, '')
  const accountNumber = known.kind === 'ewallet' ? written.replace(/^(\+?62|0062)(?=8)/, '0') : written
  const accountHolderName = account.accountHolderName.trim()
  if (!known.digits.test(accountNumber) || accountHolderName === '') {
    throw kernelErrors.bank_account_invalid({ channelCode, digits: known.digits.source })
  }
  return { channelCode, accountNumber, accountHolderName }
}

/**
 * Shortens a description to the length that the channel shows. The distinguishing part is at the end (`Laku
 * STL-261123-7K3QX2`), so the words and the code's prefix are dropped first. A text that is still too long is
 * cut.
 */
export function describedFor({ descriptionLength: most }: PayoutChannel, description: string): string {
  const code = description.slice(description.lastIndexOf(' ') + 1)
  const fits = [description, code, code.slice(code.indexOf('-') + 1)].find((text) => text.length <= most)
  return fits ?? description.slice(0, most).trimEnd()
}

/** Masks the number of an account for display: only the last four digits are shown. */
function maskedAccount(accountNumber: string): string {
  return `…${accountNumber.slice(-4)}`
}

/** The text that stands in place of an account number which no encryption key can read. */
export const UNREADABLE = 'unreadable'

/**
 * Masks an encrypted account number for display. A number that no encryption key can read is shown as
 * unreadable, so that one such row hides no other row of a list, and staff can still cancel its payment.
 */
export function shownOrUnreadable(open: () => string): string {
  const account = orUnreadable(open)
  return account === UNREADABLE ? account : maskedAccount(account)
}

/** Returns the result of `open`, or `UNREADABLE` where decrypting the account number failed. */
export function orUnreadable(open: () => string): string {
  try {
    return open()
  } catch {
    return UNREADABLE
  }
}
