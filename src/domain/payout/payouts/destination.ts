import type { Vault } from '../../kernel/index.ts'
import { type BankAccount, shownOrUnreadable } from '../../ops/index.ts'

const PURPOSE = 'payout.destination'

/** A payout's receiving bank account as stored: its number and its holder's name are encrypted. */
export interface SealedAccount {
  channelCode: string
  accountNumber: string
  accountHolder: string
}

export function sealAccount(vault: Vault, account: BankAccount): SealedAccount {
  return {
    channelCode: account.channelCode,
    accountNumber: vault.seal(PURPOSE, account.accountNumber),
    accountHolder: vault.seal(PURPOSE, account.accountHolderName),
  }
}

export function openAccount(vault: Vault, sealed: SealedAccount): BankAccount {
  return {
    channelCode: sealed.channelCode,
    accountNumber: vault.open(PURPOSE, sealed.accountNumber),
    accountHolderName: vault.open(PURPOSE, sealed.accountHolder),
  }
}

/**
 * Returns the last four digits of an encrypted account number, or a text which says that it cannot be
 * decrypted.
 */
export const shownAccount = (vault: Vault, sealedNumber: string): string =>
  shownOrUnreadable(() => vault.open(PURPOSE, sealedNumber))
