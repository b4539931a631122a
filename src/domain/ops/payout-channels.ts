import { type Kysely, sql } from 'kysely'
import type { Rupiah } from '../kernel/money.ts'
import { asRecords } from '../kernel/rows.ts'
import type { DB } from '../kernel/schema.ts'
import type { Tx, Work } from '../kernel/work.ts'
import {
  type AccountName,
  type BankAccount,
  type PayoutChannel,
  payoutChannels,
  requireAccountName,
  requireBankAccount,
  unlistedChannel,
} from './bank-account.ts'

/** A payout channel (a bank or an e-wallet) as Xendit's API describes it. */
export interface ChannelOfProvider {
  channelCode: string
  name: string
  kind: PayoutChannel['kind']
  minimumIdr: Rupiah
  maximumIdr: Rupiah
}

/**
 * Returns the properties of these payout channels. They come from laku's own table, or from Xendit's API if
 * that table lacks the channel. The smallest and largest payout always come from Xendit's API, if it listed
 * the channel. A channel that is in neither of them is left out.
 */
export async function channelsOf(tx: Tx, codes: readonly string[]): Promise<Map<string, PayoutChannel>> {
  const { rows } = await sql<ChannelOfProvider>`
    select channel_code, name, kind, minimum_idr, maximum_idr from payout_channels
    where channel_code = any(${[...new Set(codes)]})`.execute(tx)
  const told = new Map(rows.map((row) => [row.channelCode, row]))
  const known = new Map<string, PayoutChannel>()
  for (const code of codes) {
    const ours = Object.hasOwn(payoutChannels, code) ? payoutChannels[code] : undefined
    const said = told.get(code)
    const base = ours ?? (said && unlistedChannel(said.name, said.kind))
    if (!base) continue
    const { minimumIdr, maximumIdr } = said ?? base
    known.set(code, { ...base, minimumIdr, maximumIdr })
  }
  return known
}

/**
 * Checks a bank account or e-wallet and returns it in its stored form. Its payout channel must be known to
 * Xendit or be in laku's own table.
 * @throws kernel.payout_channel_unknown, kernel.bank_account_invalid
 */
export async function requirePayableAccount(tx: Tx, account: BankAccount): Promise<BankAccount> {
  const code = account.channelCode.trim().toUpperCase()
  return requireBankAccount(account, (await channelsOf(tx, [code])).get(code))
}

/**
 * Checks a bank account or e-wallet that a person names without its holder, and returns it in its stored
 * form. So one account has one text, and one limit.
 * @throws as requirePayableAccount
 */
export async function requirePayableName(tx: Tx, account: AccountName): Promise<AccountName> {
  const code = account.channelCode.trim().toUpperCase()
  return requireAccountName(account, (await channelsOf(tx, [code])).get(code))
}

/** Stores the payout channels that Xendit's API listed. */
export async function savePayoutChannels(work: Work, told: readonly ChannelOfProvider[]): Promise<void> {
  await sql`
    insert into payout_channels (channel_code, name, kind, minimum_idr, maximum_idr, read_at)
    select channel_code, name, kind, minimum_idr, maximum_idr, ${work.now}::timestamptz
    from jsonb_to_recordset(${asRecords(told)}::jsonb) as t(
      channel_code text, name text, kind text, minimum_idr bigint, maximum_idr bigint)
    on conflict (channel_code) do update set name = excluded.name, kind = excluded.kind, minimum_idr = excluded.minimum_idr,
      maximum_idr = excluded.maximum_idr, read_at = excluded.read_at`.execute(work.tx)
}

/** Returns the number of payout channels that Xendit's API listed, and when laku last asked it. */
export async function channelsTold(db: Kysely<DB>): Promise<{ count: number; readAt: Date | null }> {
  const { rows } = await sql<{ count: number; readAt: Date | null }>`
    select count(*)::int as count, max(read_at) as read_at from payout_channels`.execute(db)
  return rows[0] ?? { count: 0, readAt: null }
}
