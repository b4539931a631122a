import {
  bankFact,
  ewalletFact,
  type PayoutChannelFact,
  payoutChannelFacts,
} from '../../providers/xendit/facts.ts'
import { kernelErrors } from '../kernel/kernel-errors.ts'
import type { Vault } from '../kernel/vault.ts'

/**
 * An account to which laku pays out money through Xendit: a bank account, or an e-wallet. Xendit's channel
 * code names the bank or e-wallet.
 */
export interface BankAccount {
  channelCode: string
  /** The bank's account number, in digits; for an e-wallet, its phone number `08…`. */
  accountNumber: string
  accountHolderName: string
}

/** A bank account without its holder's name, as the provider reports the receiver of a payout. */
export type AccountName = Pick<BankAccount, 'channelCode' | 'accountNumber'>

export type PayoutChannel = PayoutChannelFact

/**
 * The payout channels that Xendit's documentation lists. If Xendit's API names other limits for a payout than
 * the documentation, laku uses those of the API (`payout-channels.ts`).
 */
export const payoutChannels: Readonly<Record<string, PayoutChannel>> = payoutChannelFacts

/**
 * Returns the properties of a payout channel that Xendit's API names but its documentation does not. Because
 * the documentation lacks the channel, these are the properties that all banks, or all e-wallets, have in
 * common.
 */
export const unlistedChannel = (name: string, kind: PayoutChannel['kind']): PayoutChannel =>
  kind === 'bank' ? bankFact(name) : ewalletFact(name)

/** Returns a payout channel's name as people know it: the name of the bank or e-wallet. */
export const channelName = (channelCode: string): string => channelIn(channelCode)?.name ?? channelCode

const channelIn = (code: string) => (Object.hasOwn(payoutChannels, code) ? payoutChannels[code] : undefined)

/**
 * Checks a bank account or e-wallet, and returns it in the form in which it is stored. The number loses its
 * spaces, dots and dashes; an e-wallet's number gets `08…` in place of a country code. `channel` describes a
 * payout channel that is missing in laku's own table.
 * @throws kernel.payout_channel_unknown, kernel.bank_account_invalid
 */
export function requireBankAccount(account: BankAccount, channel?: PayoutChannel): BankAccount {
  const accountHolderName = account.accountHolderName.trim()
  const { isValid, channelCode, accountNumber, digits } = checkedName(account, channel)
  if (!isValid || accountHolderName === '') throw kernelErrors.bank_account_invalid({ channelCode, digits })
  return { channelCode, accountNumber, accountHolderName }
}

/**
 * Checks a bank account or e-wallet without its holder's name, and returns it in the form in which it is
 * stored.
 * @throws as requireBankAccount
 */
export function requireAccountName(account: AccountName, channel?: PayoutChannel): AccountName {
  const { isValid, channelCode, accountNumber, digits } = checkedName(account, channel)
  if (!isValid) throw kernelErrors.bank_account_invalid({ channelCode, digits })
  return { channelCode, accountNumber }
}

function checkedName(account: AccountName, channel: PayoutChannel | undefined) {
  const channelCode = account.channelCode.trim().toUpperCase()
  const known = channelIn(channelCode) ?? channel
  if (!known) {
    throw kernelErrors.payout_channel_unknown({ channelCode, known: Object.keys(payoutChannels) })
  }
  const accountNumber = plainNumber(account.accountNumber, known.kind)
  const isValid = known.digits.test(accountNumber)
  return { isValid, channelCode, accountNumber, digits: known.digits.source }
}

const plainNumber = (text: string, kind: PayoutChannel['kind']): string => {
  const written = text.replaceAll(/[\s.\-()]/g, '')
  return kind === 'ewallet' ? written.replace(/^(\+?62|0062)(?=8)/, '0') : written
}

/**
 * Returns a bank account that the provider or a person named, in the form in which laku stores accounts. So
 * one account has one text, however its number was written. Nothing is refused: the money moved already.
 */
export function plainAccount({ channelCode, accountNumber }: AccountName): AccountName {
  const code = channelCode.trim().toUpperCase()
  return { channelCode: code, accountNumber: plainNumber(accountNumber, channelIn(code)?.kind ?? 'bank') }
}

/**
 * Shortens a payout's description to the length that its channel allows. In `Laku STL-261123-7K3QX2` only the
 * end differs from payout to payout. So `Laku` is dropped first, and then `STL-`. A text that is still too
 * long is cut.
 */
export function describedFor({ descriptionLength: most }: PayoutChannel, description: string): string {
  const code = description.slice(description.lastIndexOf(' ') + 1)
  const fits = [description, code, code.slice(code.indexOf('-') + 1)].find((text) => text.length <= most)
  return fits ?? description.slice(0, most).trimEnd()
}

/** Masks a bank account number for display: only the last four digits are visible. */
function maskedAccount(accountNumber: string): string {
  return `…${accountNumber.slice(-4)}`
}

/** The text that is displayed instead of an account number that cannot be decrypted. */
export const UNREADABLE = 'unreadable'

/**
 * Masks an encrypted account number for display. A number that cannot be decrypted is displayed as
 * unreadable, so that a list with such a number still works. Staff can still cancel a payment to that
 * account.
 */
export function shownOrUnreadable(open: () => string): string {
  const account = orUnreadable(open)
  return account === UNREADABLE ? account : maskedAccount(account)
}

/** Returns the account number that `open` decrypts, or `UNREADABLE` if decrypting failed. */
export function orUnreadable(open: () => string): string {
  try {
    return open()
  } catch {
    return UNREADABLE
  }
}

/**
 * Returns the key under which the limits count all money to one bank account together, whichever user or
 * factory gets the money.
 */
export const limitAccountOf = (vault: Vault, { channelCode, accountNumber }: AccountName): string =>
  vault.hmac('wallet.limit', `${channelCode}|${accountNumber}`)
