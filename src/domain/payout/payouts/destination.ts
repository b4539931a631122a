import { sql } from 'kysely'
import type { Vault, Work } from '../../kernel/index.ts'
import {
  type AccountName,
  type BankAccount,
  orUnreadable,
  shownOrUnreadable,
  UNREADABLE,
} from '../../ops/index.ts'

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

/**
 * Returns the bank account of a stored payout; undefined if the account was erased, or if no available key
 * decrypts it.
 */
export async function accountOf({ tx, vault }: Work, payoutId: string): Promise<AccountName | undefined> {
  const { rows } = await sql<Pick<SealedAccount, 'channelCode' | 'accountNumber'>>`
    select channel_code, account_number from payouts where id = ${payoutId}`.execute(tx)
  const [row] = rows
  const number = row ? orUnreadable(() => vault.open(PURPOSE, row.accountNumber)) : UNREADABLE
  return row && number !== '' && number !== UNREADABLE
    ? { channelCode: row.channelCode, accountNumber: number }
    : undefined
}

/**
 * Returns the bank account of the one payout that money in suspense is about, found by laku's or the
 * provider's id, or by its key. Undefined if there is none or more than one.
 */
export async function accountOfMoney(
  work: Work,
  {
    subjectId,
    providerId,
    code,
    reference,
  }: { subjectId: string | null; providerId: string | null; code: string; reference: string | null },
): Promise<AccountName | undefined> {
  const { rows } = await sql<{ id: string }>`
    select id from payouts
    where id = ${subjectId}::uuid or provider_payout_id = ${providerId} or key = any(${[code, reference ?? code]})
    limit 2`.execute(work.tx)
  const [row] = rows
  return row && rows.length === 1 ? await accountOf(work, row.id) : undefined
}
