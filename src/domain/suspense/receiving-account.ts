import { sql } from 'kysely'
import { inSql, openStates, type Tx, type Vault, type Work } from '../kernel/index.ts'
import { type AccountName, channelName, plainAccount, shownOrUnreadable } from '../ops/index.ts'
import { suspenseTransitions } from './transitions.ts'

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

async function sealedOf(
  tx: Tx,
  id: string,
): Promise<{ bankChannel: string; bankNumber: string } | undefined> {
  const { rows } = await sql<{ bankChannel: string; bankNumber: string }>`
    select bank_channel, bank_number from suspense_items where id = ${id}::uuid and bank_number is not null`.execute(
    tx,
  )
  return rows[0]
}

/** Returns the bank account that received the money of a suspense item; undefined if it is not known. */
export async function receivingAccount(
  { tx, vault }: Pick<Work, 'tx' | 'vault'>,
  id: string,
): Promise<AccountName | undefined> {
  const sealed = await sealedOf(tx, id)
  return (
    sealed && {
      channelCode: sealed.bankChannel,
      accountNumber: vault.open(RECEIVING_PURPOSE, sealed.bankNumber),
    }
  )
}

/**
 * Returns the receiving bank account of a suspense item for display: the bank's name and the last four digits
 * of the number. Returns null if no account is known.
 */
export async function shownReceiving(tx: Tx, vault: Vault, id: string): Promise<string | null> {
  const sealed = await sealedOf(tx, id)
  if (!sealed) return null
  const { bankChannel, bankNumber } = sealed
  return `${channelName(bankChannel)} ${shownOrUnreadable(() => vault.open(RECEIVING_PURPOSE, bankNumber))}`
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
    where id = ${id}::uuid and user_id is null and factory_id is null and status in ${inSql(openStates(suspenseTransitions))}
    returning id`.execute(work.tx)
  if (rows.length > 0)
    work.audit({
      command,
      subject: ['suspense', id],
      before: { userId: null, factoryId: null },
      after: { userId, factoryId },
    })
}
