import type { Vault } from '../../kernel/index.ts'
import { type BankAccount, shownOrUnreadable } from '../../ops/index.ts'

const PURPOSE = 'payout.destination'

/** A destination account as stored in the payout's row: number and holder are encrypted. */
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

/** The last four digits of a sealed account number, or that it cannot be read. */
export const shownAccount = (vault: Vault, sealedNumber: string): string =>
  shownOrUnreadable(() => vault.open(PURPOSE, sealedNumber))
