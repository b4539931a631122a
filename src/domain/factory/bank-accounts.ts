import { sql } from 'kysely'
import type { Tx, Vault, Work } from '../kernel/index.ts'
import { type BankAccount, channelName, orUnreadable, shownOrUnreadable } from '../ops/index.ts'
import { factoryErrors } from './errors.ts'
import type { BankAccountStatus } from './transitions.ts'

const PURPOSE = 'factory.bank_account'

/** A factory's bank account as staff may see it, without the full account number. */
export interface BankAccountView {
  id: string
  factoryId: string
  channelCode: string
  bank: string
  /** The last four digits of the factory's bank account number. */
  account: string
  status: BankAccountStatus
  setAt: Date
  approvedAt: Date | null
  /** The time from which payouts may go to this account; null before its approval. */
  usableFrom: Date | null
}

interface BankAccountRow extends Omit<BankAccountView, 'bank' | 'account'> {
  accountNumber: string
  accountHolder: string
}

export const sealBankAccount = (vault: Vault, account: BankAccount) => ({
  channelCode: account.channelCode,
  accountNumber: vault.seal(PURPOSE, account.accountNumber),
  accountHolder: vault.seal(PURPOSE, account.accountHolderName),
})

const open = (vault: Vault, row: BankAccountRow): BankAccount => ({
  channelCode: row.channelCode,
  accountNumber: vault.open(PURPOSE, row.accountNumber),
  accountHolderName: vault.open(PURPOSE, row.accountHolder),
})

/** Returns the bank accounts of a factory, newest first. */
export async function bankAccountsOf(tx: Tx, vault: Vault, factoryId: string): Promise<BankAccountView[]> {
  const { rows } = await sql<BankAccountRow>`
    select id, factory_id, channel_code, account_number, account_holder, status, set_at, approved_at, usable_from
    from factory_bank_accounts where factory_id = ${factoryId} order by id desc`.execute(tx)
  return rows.map((row) => {
    const { accountNumber, accountHolder: _, ...view } = row
    const account = shownOrUnreadable(() => vault.open(PURPOSE, accountNumber))
    return { ...view, bank: channelName(row.channelCode), account }
  })
}

/** The number of digits by which a bank account may be named, from the end of its number. */
const DIGITS = 4

/**
 * Returns the bank account of a factory that a person names by its id, its number, or at least the last four
 * digits of it. If the same account was set several times, the newest one is returned. Digits at the end must
 * belong to one account alone, because an account that ends alike may have replaced the one that was checked.
 * @throws factory.account_not_found, account_ambiguous
 */
export async function namedAccount(
  { tx, vault }: Pick<Work, 'tx' | 'vault'>,
  factoryId: string,
  named: string,
): Promise<{ id: string; status: BankAccountStatus }> {
  const { rows } = await sql<BankAccountRow>`
    select id, factory_id, channel_code, account_number, account_holder, status
    from factory_bank_accounts where factory_id = ${factoryId} order by id desc`.execute(tx)
  const byId = rows.find(({ id }) => id === named.trim().toLowerCase())
  if (byId) return byId
  const digits = named.replaceAll(/[\s.-]/g, '')
  const numbered = rows.map((row) => {
    const number = orUnreadable(() => vault.open(PURPOSE, row.accountNumber))
    const holder = orUnreadable(() => vault.open(PURPOSE, row.accountHolder))
    return { id: row.id, status: row.status, number, account: `${row.channelCode} ${number} ${holder}` }
  })
  const whole = numbered.filter(({ number }) => number === digits)
  const ending = digits.length < DIGITS ? [] : numbered.filter(({ number }) => number.endsWith(digits))
  const found = whole.length > 0 ? whole : ending
  const [newest] = found
  if (!newest) throw factoryErrors.account_not_found({ factoryId })
  if (found.some(({ account }) => account !== newest.account))
    throw factoryErrors.account_ambiguous({ accounts: found.map(({ id }) => id) })
  return newest
}

/**
 * Returns the factory's newest approved bank account other than the account with the id `before`, as text for
 * the audit log. Returns null if there is none.
 */
export async function lastAccount(
  { tx, vault }: Pick<Work, 'tx' | 'vault'>,
  factoryId: string,
  before: string,
): Promise<string | null> {
  const { rows } = await sql<BankAccountRow>`
    select id, factory_id, channel_code, account_number, account_holder from factory_bank_accounts
    where factory_id = ${factoryId} and status = 'approved' and id <> ${before} order by id desc limit 1`.execute(
    tx,
  )
  if (!rows[0]) return null
  const { channelCode, accountNumber, accountHolderName } = open(vault, rows[0])
  return `${channelCode} ${accountNumber} ${accountHolderName}`
}

/**
 * Returns, for each factory, the bank account that may receive payouts at `now`: the newest account that a
 * second person approved and whose waiting time is over.
 */
export async function payableAccounts(
  tx: Tx,
  vault: Vault,
  factoryIds: readonly string[],
  now: Date,
): Promise<Map<string, BankAccount>> {
  const { rows } = await sql<BankAccountRow>`
    select distinct on (factory_id) id, factory_id, channel_code, account_number, account_holder
    from factory_bank_accounts
    where factory_id = any(${[...new Set(factoryIds)]}::uuid[]) and status = 'approved' and usable_from <= ${now}
    order by factory_id, usable_from desc, id desc`.execute(tx)
  return new Map(rows.map((row) => [row.factoryId, open(vault, row)]))
}

/**
 * Returns what staff should know before they approve money for a factory: whether it is suspended, and
 * whether another bank account is paid than at the time `since`.
 */
export async function factoryConcerns(
  { tx, now }: Pick<Work, 'tx' | 'now'>,
  factoryId: string,
  since: Date,
): Promise<('factory_suspended' | 'bank_account_changed')[]> {
  const { rows } = await sql<{ isSuspended: boolean; isChanged: boolean }>`
    select f.status = 'suspended' as is_suspended, coalesce(
      exists (select from factory_bank_accounts a where a.factory_id = f.id and a.status = 'approved' and a.usable_from <= ${since})
      and exists (
        select from factory_bank_accounts a where a.factory_id = f.id and a.status = 'approved' and a.usable_from > ${since}
          and a.usable_from <= ${now}), false) as is_changed
    from factories f where f.id = ${factoryId}::uuid`.execute(tx)
  return rows.flatMap(({ isSuspended, isChanged }) => [
    ...(isSuspended ? ['factory_suspended' as const] : []),
    ...(isChanged ? ['bank_account_changed' as const] : []),
  ])
}

/**
 * Returns the factories that have this bank account, whatever the account's state. Callers use it to find the
 * possible receiver of a payout that laku does not know. An account that no available key decrypts is left
 * out.
 */
export async function factoriesOfAccount(
  tx: Tx,
  vault: Vault,
  { channelCode, accountNumber }: Pick<BankAccount, 'channelCode' | 'accountNumber'>,
): Promise<string[]> {
  const { rows } = await sql<BankAccountRow>`
    select id, factory_id, channel_code, account_number, account_holder
    from factory_bank_accounts where channel_code = ${channelCode}`.execute(tx)
  const found = rows.filter(
    (row) => orUnreadable(() => vault.open(PURPOSE, row.accountNumber)) === accountNumber,
  )
  return [...new Set(found.map((row) => row.factoryId))]
}
