import { sql } from 'kysely'
import { newId, secondsAfter, type Vault, type Work } from '../../kernel/index.ts'
import { type BankAccount, orUnreadable, requirePayableAccount } from '../../ops/index.ts'
import { recordChange } from '../../way-in/index.ts'
import { walletErrors } from '../errors.ts'

export interface Destination {
  id: string
  channelCode: string
  /** The time from which withdrawals may be sent to this bank account. */
  usableAt: Date
}

const PURPOSE = 'wallet.destination'
/** The time (s) for which a user may add a new bank account after confirming a code. */
const FRESH_S = 600

const words = ({ channelCode, accountNumber, accountHolderName }: BankAccount) =>
  [channelCode, accountNumber, accountHolderName.toUpperCase()].join('|')

/**
 * Returns a fingerprint (a keyed hash) of a bank account. By it, a stored account is found without decrypting
 * all accounts.
 */
export const fingerprintOf = (vault: Vault, account: BankAccount) => vault.hmac(PURPOSE, words(account))

/**
 * Returns the stored bank account to which a user withdraws, and stores the account if it is new. A new
 * account needs a code that the user confirmed within the last ten minutes. For the first
 * `policy.newDestinationHours` hours it receives no money.
 * @throws wallet.otp_needed, kernel.payout_channel_unknown, kernel.bank_account_invalid
 */
export async function destinationOf(
  work: Work,
  userId: string,
  given: BankAccount,
  otpVerifiedAt: Date | undefined,
): Promise<Destination> {
  const account = await requirePayableAccount(work.tx, given)
  const fingerprint = fingerprintOf(work.vault, account)
  // While the encryption key rotates, the bank account may still be stored under a fingerprint of the
  // previous key.
  const known = await find(work, userId, work.vault.hmacs(PURPOSE, words(account)))
  if (known) return known
  if (!otpVerifiedAt || secondsAfter(otpVerifiedAt, FRESH_S) < work.now) throw walletErrors.otp_needed()
  const id = newId()
  const usableAt = secondsAfter(work.now, work.policy.newDestinationHours * 3600)
  await sql`
    insert into withdrawal_destinations (id, user_id, channel_code, account_number, account_holder, fingerprint, usable_at, created_at)
    values (${id}, ${userId}, ${account.channelCode}, ${work.vault.seal(PURPOSE, account.accountNumber)},
      ${work.vault.seal(PURPOSE, account.accountHolderName)}, ${fingerprint}, ${usableAt}, ${work.now})
    on conflict (user_id, fingerprint) do nothing`.execute(work.tx)
  const made = await find(work, userId, [fingerprint])
  if (!made) throw new Error('a destination was neither new nor known')
  const subject = ['user', userId] as const
  await recordChange(work, { subject, way: 'bank_account', old: null, accountId: made.id })
  work.audit({
    command: 'wallets destinations add',
    subject: ['user', userId],
    after: { destinationId: made.id, channelCode: account.channelCode, usableAt: made.usableAt },
  })
  return made
}

async function find(
  work: Work,
  userId: string,
  fingerprints: readonly string[],
): Promise<Destination | undefined> {
  return await work.tx
    .selectFrom('withdrawalDestinations')
    .select(['id', 'channelCode', 'usableAt'])
    .where('userId', '=', userId)
    .where('fingerprint', 'in', fingerprints)
    .executeTakeFirst()
}

/**
 * Blocks a bank account that somebody else than the wallet's owner added. From now on nothing is sent to it.
 * To add the same account again, a new code is needed.
 */
export async function stopDestination(work: Work, destinationId: string): Promise<void> {
  await sql`
    update withdrawal_destinations set usable_at = ${NEVER}, fingerprint = id::text
    where id = ${destinationId}::uuid`.execute(work.tx)
}

/** The time from which a stopped bank account may receive money: never. */
export const NEVER = new Date('9999-12-31T00:00:00Z')

/**
 * Tells whether a bank account is blocked. It is blocked if somebody else than the wallet's owner added it.
 */
export const isStopped = (usableAt: Date): boolean => usableAt >= NEVER

/** Decrypts a stored bank account. */
export function openDestination(
  vault: Vault,
  row: { channelCode: string; accountNumber: string; accountHolder: string },
): BankAccount {
  return {
    channelCode: row.channelCode,
    accountNumber: vault.open(PURPOSE, row.accountNumber),
    accountHolderName: vault.open(PURPOSE, row.accountHolder),
  }
}

interface OwnedDestination {
  id: string
  userId: string
  destination: BankAccount
}

/**
 * Returns the stored bank accounts with this number, each with the user who stored it. These users are the
 * possible owners of a payout that laku has no record of. Accounts that cannot be decrypted are left out.
 */
export async function destinationsOfAccount(
  { tx, vault }: Work,
  { channelCode, accountNumber }: Pick<BankAccount, 'channelCode' | 'accountNumber'>,
): Promise<OwnedDestination[]> {
  const { rows } = await sql<{
    id: string
    userId: string
    channelCode: string
    accountNumber: string
    accountHolder: string
  }>`
    select id, user_id, channel_code, account_number, account_holder from withdrawal_destinations
    where channel_code = ${channelCode} order by id`.execute(tx)
  return rows
    .filter((row) => orUnreadable(() => openDestination(vault, row).accountNumber) === accountNumber)
    .map((row) => ({ id: row.id, userId: row.userId, destination: openDestination(vault, row) }))
}

/** Returns the ids of the users who stored this bank account for withdrawals. */
export async function usersOfAccount(
  work: Work,
  account: Pick<BankAccount, 'channelCode' | 'accountNumber'>,
): Promise<string[]> {
  const found = await destinationsOfAccount(work, account)
  return [...new Set(found.map((ownedDestination) => ownedDestination.userId))]
}
