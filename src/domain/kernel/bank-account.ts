import { kernelErrors } from './kernel-errors.ts'

/** Where money is paid out to: a bank account or an e-wallet, by the provider's code of the channel. */
export interface BankAccount {
  channelCode: string
  /** Digits; an e-wallet's is the phone number, `08…`. */
  accountNumber: string
  accountHolderName: string
}

export interface PayoutChannel {
  name: string
  digits: RegExp
}

const ewallet = (name: string): PayoutChannel => ({ name, digits: /^08\d{8,11}$/ })
const bank = (name: string, digits = /^\d{6,20}$/): PayoutChannel => ({ name, digits })

/** The channels of Xendit's payouts in Indonesia, and how an account number of each looks. */
export const payoutChannels: Readonly<Record<string, PayoutChannel>> = {
  ID_BCA: bank('BCA', /^\d{10}$/),
  ID_MANDIRI: bank('Mandiri', /^\d{12,17}$/),
  ID_BNI: bank('BNI', /^\d{7,11}$/),
  ID_BRI: bank('BRI', /^\d{15}$/),
  ID_CIMB: bank('CIMB Niaga'),
  ID_PERMATA: bank('Permata', /^\d{7,16}$/),
  ID_DANAMON: bank('Danamon'),
  ID_BSI: bank('BSI'),
  ID_BJB: bank('BJB'),
  ID_GOPAY: ewallet('GoPay'),
  ID_OVO: ewallet('OVO'),
  ID_DANA: ewallet('DANA'),
  ID_LINKAJA: ewallet('LinkAja'),
  ID_SHOPEEPAY: ewallet('ShopeePay'),
}

/**
 * The account as it is kept: its number without the spaces, dots and dashes that people write into it.
 * @throws kernel.payout_channel_unknown, kernel.bank_account_invalid
 */
export function requireBankAccount(account: BankAccount): BankAccount {
  const channelCode = account.channelCode.trim().toUpperCase()
  const channel = Object.hasOwn(payoutChannels, channelCode) ? payoutChannels[channelCode] : undefined
  if (!channel) {
    throw kernelErrors.payout_channel_unknown({ channelCode, known: Object.keys(payoutChannels) })
  }
  const accountNumber = account.accountNumber.replaceAll(/[\s.-]/g, '')
  const accountHolderName = account.accountHolderName.trim()
  if (!channel.digits.test(accountNumber) || accountHolderName === '') {
    throw kernelErrors.bank_account_invalid({ channelCode, digits: channel.digits.source })
  }
  return { channelCode, accountNumber, accountHolderName }
}

/** An account as it may be shown: the last four digits of its number. */
export function maskedAccount(accountNumber: string): string {
  return `…${accountNumber.slice(-4)}`
}
