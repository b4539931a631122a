import { sql } from 'kysely'
import { inSql, type Tx, type Vault, type Work } from '../kernel/index.ts'
import { type AccountName, channelName, plainAccount, shownOrUnreadable } from '../ops/index.ts'
import { waitingSuspenseStates } from './transitions.ts'

/** The purpose for which the vault encrypts the account numbers of `suspense_items`. */
export const RECEIVING_PURPOSE = 'suspense.bank_account'

interface SealedReceiving {
  bankChannel: string | null
  bankNumber: string | null
}

/** Encrypts the number of a receiving bank account. Both values are null if no account is known. */
export function sealReceiving(vault: Vault, account: AccountName | undefined): SealedReceiving {
  if (!account) return { bankChannel: null, bankNumber: null }
  const { channelCode, accountNumber } = plainAccount(account)
  return { bankChannel: channelCode, bankNumber: vault.seal(RECEIVING_PURPOSE, accountNumber) }
}

/**
 * Encrypts the number of the bank account to which the company's bank sends the money on. It has columns of
 * its own, so that a rejected request does not erase the account that the provider named.
 */
export function sealSentTo(
  vault: Vault,
  account: AccountName,
): { sentChannel: string | null; sentNumber: string | null } {
  const { bankChannel, bankNumber } = sealReceiving(vault, account)
  return { sentChannel: bankChannel, sentNumber: bankNumber }
}

interface SealedAccount {
  channel: string
  number: string
}

/**
 * Returns the bank account that received the money of a suspense item, and the one by which the limits count
 * the item: the account to which a person had the money sent on, or else the receiving one.
 */
async function sealedOf(
  tx: Tx,
  id: string,
): Promise<{ received: SealedAccount | undefined; limited: SealedAccount | undefined }> {
  const { rows } = await sql<SealedReceiving & { sentChannel: string | null; sentNumber: string | null }>`
    select bank_channel, bank_number, sent_channel, sent_number from suspense_items where id = ${id}::uuid`.execute(
    tx,
  )
  const { bankChannel, bankNumber, sentChannel, sentNumber } = { ...rows[0] }
  const received = bankChannel && bankNumber ? { channel: bankChannel, number: bankNumber } : undefined
  const sent = sentChannel && sentNumber ? { channel: sentChannel, number: sentNumber } : undefined
  return { received, limited: sent ?? received }
}

const opened = (vault: Vault, sealed: SealedAccount | undefined): AccountName | undefined =>
  sealed && { channelCode: sealed.channel, accountNumber: vault.open(RECEIVING_PURPOSE, sealed.number) }

/** Returns the bank account that received the money of a suspense item; undefined if it is not known. */
export async function receivingAccount(
  { tx, vault }: Pick<Work, 'tx' | 'vault'>,
  id: string,
): Promise<AccountName | undefined> {
  return opened(vault, (await sealedOf(tx, id)).received)
}

/**
 * Returns the bank account by which the limits count a suspense item: the one to which a person had the money
 * sent on, or else the one that received it.
 */
export async function limitedAccount(
  { tx, vault }: Pick<Work, 'tx' | 'vault'>,
  id: string,
): Promise<AccountName | undefined> {
  return opened(vault, (await sealedOf(tx, id)).limited)
}

/**
 * Returns the bank account of a suspense item for display (`limitedAccount`): the bank's name and the last
 * four digits of the number. Returns null if no account is known.
 */
export async function shownReceiving(tx: Tx, vault: Vault, id: string): Promise<string | null> {
  const { limited: sealed } = await sealedOf(tx, id)
  if (!sealed) return null
  return `${channelName(sealed.channel)} ${shownOrUnreadable(() => vault.open(RECEIVING_PURPOSE, sealed.number))}`
}

/**
 * Stores the bank account that received the money of a suspense item, if the item has none. Items that are
 * older than the stored accounts have none. Decisions about the money then count by this account.
 */
export async function keepReceiving(work: Work, id: string, account: AccountName): Promise<void> {
  const { bankChannel, bankNumber } = sealReceiving(work.vault, account)
  await sql`
    update suspense_items set bank_channel = ${bankChannel}, bank_number = ${bankNumber}
    where id = ${id}::uuid and bank_channel is null and amount_idr > 0 and status in ${inSql(waitingSuspenseStates)}`.execute(
    work.tx,
  )
}

/** The user or factory who received the money of a suspense item. */
export type Receiver = { userId: string } | { factoryId: string }

/**
 * Names the user or factory who received the money of an open suspense item, if the item names nobody yet.
 * Decisions about the money then count in the limit of this receiver, and staff cannot assign the money to
 * somebody else. `command` is the command in the audit log.
 */
export async function nameReceiver(
  work: Work,
  id: string,
  receiver: Receiver,
  command = 'payments adopt',
): Promise<void> {
  const { userId = null, factoryId = null } = { userId: undefined, factoryId: undefined, ...receiver }
  const { rows } = await sql`
    update suspense_items set user_id = ${userId}::uuid, factory_id = ${factoryId}::uuid
    where id = ${id}::uuid and user_id is null and factory_id is null and status in ${inSql(waitingSuspenseStates)}
    returning id`.execute(work.tx)
  if (rows.length > 0)
    work.audit({
      command,
      subject: ['suspense', id],
      before: { userId: null, factoryId: null },
      after: { userId, factoryId },
    })
}
