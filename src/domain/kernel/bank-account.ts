import { kernelErrors } from './kernel-errors.ts'
import type { Rupiah } from './money.ts'

/** Where money is paid out to: a bank account or an e-wallet, by the provider's code of the channel. */
export interface BankAccount {
  channelCode: string
  /** Digits; an e-wallet's is the phone number, `08…`. */
  accountNumber: string
  accountHolderName: string
}

export interface PayoutChannel {
  name: string
  kind: 'bank' | 'ewallet'
  digits: RegExp
  /** What the provider sends to it at least and at most in one payout. Rupiah. */
  minimumIdr: Rupiah
  maximumIdr: Rupiah
  /** How much of a payout's description the receiver sees, in characters. */
  descriptionLength: number
}

/*
 * The provider's facts, for as long as it was not asked itself (`payout-channels.ts`).
 * Digits: docsv2.xendit.co/docs/payouts-indonesia (2025). 250 million is the end of BI-FAST: docs.xendit.co/docs/payout-coverage-indonesia
 * (2026-02-19); above it is RTGS, which has to be activated. E-wallets' ends: docs.xendit.co/xendisburse/limits-and-processing-times
 * (undated, later than 2023). Characters: docs.xendit.co/xendisburse/tracking-and-notifications (undated); a bank that is not named
 * there may show none, and gets the shortest. The least is ours, the same for all: the pages name 1, 5,000 and 10,000 and contradict
 * each other.
 */
const BI_FAST_IDR = 250_000_000
const LEAST_IDR = 10_000
const SHORTEST = 14

const ewallet = (name: string, maximumIdr = 20_000_000): PayoutChannel => ({
  name,
  kind: 'ewallet',
  digits: /^08\d{8,11}$/,
  minimumIdr: LEAST_IDR,
  maximumIdr,
  descriptionLength: SHORTEST,
})
const bank = (name: string, digits = /^\d{6,20}$/, descriptionLength = SHORTEST): PayoutChannel => ({
  name,
  kind: 'bank',
  digits,
  minimumIdr: LEAST_IDR,
  maximumIdr: BI_FAST_IDR,
  descriptionLength,
})

/** The channels of Xendit's payouts in Indonesia, and how an account number of each looks. */
export const payoutChannels: Readonly<Record<string, PayoutChannel>> = {
  ID_BCA: bank('BCA', /^\d{10}$/, 15),
  ID_MANDIRI: bank('Mandiri', /^\d{12,17}$/),
  ID_BNI: bank('BNI', /^\d{7,11}$/),
  ID_BRI: bank('BRI', /^\d{13,17}$/, 29),
  ID_CIMB: bank('CIMB Niaga', undefined, 18),
  ID_PERMATA: bank('Permata', /^\d{7,16}$/, 20),
  ID_DANAMON: bank('Danamon'),
  ID_BSI: bank('BSI'),
  ID_BJB: bank('BJB'),
  ID_BTN: bank('BTN'),
  ID_JAGO: bank('Jago'),
  ID_SEABANK: bank('SeaBank'),
  ID_OCBC: bank('OCBC'),
  ID_MAYBANK: bank('Maybank', undefined, 17),
  ID_GOPAY: ewallet('GoPay'),
  ID_OVO: ewallet('OVO'),
  ID_DANA: ewallet('DANA'),
  ID_LINKAJA: ewallet('LinkAja', 10_000_000),
  ID_SHOPEEPAY: ewallet('ShopeePay'),
}

/** A channel that the provider names and our table does not: what holds for all of its kind. */
export const unlistedChannel = (name: string, kind: PayoutChannel['kind']): PayoutChannel =>
  kind === 'bank' ? bank(name) : ewallet(name)

/** The channel's name as people know it. */
export const channelName = (channelCode: string): string => channelIn(channelCode)?.name ?? channelCode

const channelIn = (code: string) => (Object.hasOwn(payoutChannels, code) ? payoutChannels[code] : undefined)

/**
 * The account as it is kept: its number without the spaces, dots and dashes that people write into it, and an e-wallet's as `08…`
 * however its country was written. `channel` is what the provider says of a channel that our table does not have.
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
 * A description as far as the channel shows it. What tells one from another stands at the end (`Laku STL-261123-7K3QX2`), so that words
 * and the code's prefix go first, and what is longer still is cut.
 */
export function describedFor({ descriptionLength: most }: PayoutChannel, description: string): string {
  const code = description.slice(description.lastIndexOf(' ') + 1)
  const fits = [description, code, code.slice(code.indexOf('-') + 1)].find((one) => one.length <= most)
  return fits ?? description.slice(0, most).trimEnd()
}

/** An account as it may be shown: the last four digits of its number. */
export function maskedAccount(accountNumber: string): string {
  return `…${accountNumber.slice(-4)}`
}
