import { sql } from 'kysely'
import { FACTOR_PURPOSE, resealFactors } from '../../auth/index.ts'
import { asRecords, secondsAfter, type Tx, type Vault, type Work } from '../../kernel/index.ts'
import { limitAccountOf, recountUses } from '../../ops/index.ts'
import { RECEIVING_PURPOSE } from '../../suspense/index.ts'
import { fingerprintOf } from '../../wallet/index.ts'

/** A table that holds encrypted columns. */
export interface SealedTable {
  table: string
  /** The name of the column that holds a unique UUID in this table; `id` by default. */
  key?: string
  columns: readonly string[]
  /**
   * The purpose from which the table's encryption key is derived; all columns of the table have the same
   * purpose.
   */
  purpose: string
  /**
   * Returns the columns that change together with the encrypted values. They are keyed digests of these
   * values, and laku looks up rows by these digests.
   */
  digests?: (vault: Vault, row: SealedRow, opened: Record<string, string>) => Record<string, string>
  /**
   * Writes the newly encrypted values to the table. This function is present only if the application may not
   * write the table itself. For each row, it gets the old and the new value of the first encrypted column.
   */
  write?: (work: Pick<Work, 'tx' | 'actor' | 'requestId'>, fresh: Resealed[]) => Promise<void>
}

export interface Resealed {
  id: string
  was: string
  sealed: string
}

type SealedRow = Record<string, string | null> & { id: string }

/**
 * The tables with encrypted values that are kept for longer than a day. After a change of
 * LAKU_ENCRYPTION_KEY, these values must be encrypted again.
 */
export const sealedTables: readonly SealedTable[] = [
  {
    table: 'factory_bank_accounts',
    columns: ['account_number', 'account_holder'],
    purpose: 'factory.bank_account',
  },
  { table: 'factories', columns: ['tax_id_sealed'], purpose: 'factory tax id' },
  { table: 'payouts', columns: ['account_number', 'account_holder'], purpose: 'payout.destination' },
  {
    table: 'withdrawal_destinations',
    columns: ['account_number', 'account_holder'],
    purpose: 'wallet.destination',
    digests: (vault, row, opened): Record<string, string> => {
      // The bank account of an erased user keeps no digest (`fingerprint`), so that nobody can look up the
      // account.
      if (row.fingerprint === row.id) return {}
      const [accountNumber, accountHolderName] = [opened.account_number ?? '', opened.account_holder ?? '']
      const channelCode = row.channel_code ?? ''
      return { fingerprint: fingerprintOf(vault, { channelCode, accountNumber, accountHolderName }) }
    },
  },
  { table: 'suspense_items', columns: ['bank_number', 'sent_number'], purpose: RECEIVING_PURPOSE },
  {
    table: 'staff_factors',
    columns: ['secret_sealed'],
    purpose: FACTOR_PURPOSE,
    write: resealFactors,
  },
  { table: 'way_keys', key: 'subject_id', columns: ['key_sealed'], purpose: 'way_in.key' },
  // Only the answer of a command that changes data is encrypted again, because it is kept as long as the
  // command's idempotency key. The output of a command is also encrypted, but it is deleted after a day.
  { table: 'command_runs', columns: ['kept'], purpose: 'command runs' },
  { table: 'whatsapp_messages', columns: ['sealed_params'], purpose: 'whatsapp.sealed_params' },
]

const PAGE = 500
const FIRST = '00000000-0000-0000-0000-000000000000'

async function readPage(
  tx: Tx,
  { table, key = 'id', columns, digests }: SealedTable,
  after: string,
  lock: boolean,
) {
  const more = digests ? ['fingerprint', 'channel_code'] : []
  const list = sql.join([...columns, ...more].map((name) => sql.ref(name)))
  const kept = sql.join(
    columns.map((name) => sql`${sql.ref(name)} is not null`),
    sql` or `,
  )
  const { rows } = await sql<SealedRow>`
    select ${sql.ref(key)} as id, ${list} from ${sql.table(table)}
    where ${sql.ref(key)} > ${after}::uuid and (${kept}) order by ${sql.ref(key)} limit ${PAGE}
    ${lock ? sql`for no key update` : sql``}`.execute(tx.withoutPlugins())
  return rows
}

export interface Reencrypted {
  /** The id after which the next page of rows starts; undefined at the end of the table. */
  after: string | undefined
  rewritten: number
  /**
   * The rows with values that none of the available keys decrypts, one text line each. These rows are left
   * unchanged.
   */
  left: string[]
}

/**
 * Encrypts the values of one page of a table's rows again under the current key. Values that are under that
 * key already are left unchanged.
 */
export async function reencryptPage(
  work: Pick<Work, 'tx' | 'vault' | 'actor' | 'requestId'>,
  sealed: SealedTable,
  after = FIRST,
): Promise<Reencrypted> {
  const { tx, vault } = work
  const { table, key = 'id', columns, purpose, digests, write } = sealed
  const rows = await readPage(tx, sealed, after, write === undefined)
  const fresh: Record<string, string>[] = []
  const left: string[] = []
  for (const row of rows) {
    const values = columns.flatMap((name) => (row[name] == null ? [] : [[name, row[name]] as const]))
    const ids = values.map(([, value]) => vault.keyIdOf(purpose, value))
    if (ids.some((id) => id === undefined)) {
      left.push(`${table} ${row.id}: encrypted under a key that is not given`)
      continue
    }
    if (ids.every((id) => id === vault.keyId)) continue
    const opened = Object.fromEntries(values.map(([name, value]) => [name, vault.open(purpose, value)]))
    const again = Object.entries(opened).map(([name, text]) => [name, vault.seal(purpose, text)])
    fresh.push({ id: row.id, ...Object.fromEntries(again), ...digests?.(vault, row, opened) })
  }
  if (write && fresh.length > 0) {
    const [column = ''] = columns
    const before = new Map(rows.map((row) => [row.id, row[column] ?? '']))
    await write(
      work,
      fresh.map((row) => ({
        id: row.id ?? '',
        was: before.get(row.id ?? '') ?? '',
        sealed: row[column] ?? '',
      })),
    )
  } else if (fresh.length > 0) {
    const names = [...columns, ...(digests ? ['fingerprint'] : [])]
    const set = sql.join(
      names.map((name) => sql`${sql.ref(name)} = coalesce(f.${sql.ref(name)}, t.${sql.ref(name)})`),
    )
    const shape = sql.join(names.map((name) => sql`${sql.ref(name)} text`))
    await sql`
      update ${sql.table(table)} t set ${set}
      from jsonb_to_recordset(${asRecords(fresh)}::jsonb) as f(id uuid, ${shape}) where t.${sql.ref(key)} = f.id`.execute(
      tx.withoutPlugins(),
    )
  }
  return { after: rows.length < PAGE ? undefined : rows.at(-1)?.id, rewritten: fresh.length, left }
}

const LIMIT_WINDOW_S = 8 * 86_400

/**
 * Hashes the bank accounts of recent withdrawals, and of decisions about money in suspense, again under the
 * new key. Otherwise one account would have two hashes, and its limit would not count all of its money.
 * Returns how many counts were changed.
 */
export async function recountAccounts({
  tx,
  vault,
  now,
}: Pick<Work, 'tx' | 'vault' | 'now'>): Promise<number> {
  const { rows } = await sql<{
    id: string
    kind: 'withdrawal' | 'suspense' | 'suspense_undone'
    channelCode: string
    sealedNumber: string
    account: string | null
  }>`
    select u.id, u.kind, u.account, d.channel_code, d.account_number as sealed_number from limit_uses u
      join withdrawals w on w.id::text = u.subject_id join withdrawal_destinations d on d.id = w.destination_id
    where u.kind = 'withdrawal' and u.used_at > ${secondsAfter(now, -LIMIT_WINDOW_S)}
    union all
    select u.id, u.kind, u.account, coalesce(i.sent_channel, i.bank_channel), coalesce(i.sent_number, i.bank_number)
      from limit_uses u
      join suspense_items i on i.id::text = u.subject_id and coalesce(i.sent_number, i.bank_number) is not null
    where u.kind = 'suspense' and u.used_at > ${secondsAfter(now, -LIMIT_WINDOW_S)}
    union all
    -- With a decision that was taken back, the account is forgotten to which the bank had sent the money.
    select u.id, u.kind, u.account, i.bank_channel, i.bank_number from limit_uses u
      join suspense_items i on i.id::text = split_part(u.subject_id, ':', 1) and i.bank_number is not null and i.amount_idr > 0
    where u.kind = 'suspense_undone' and u.account is not null and u.used_at > ${secondsAfter(now, -LIMIT_WINDOW_S)}`.execute(
    tx,
  )
  const fresh = rows.flatMap(({ id, kind, channelCode, sealedNumber, account }) => {
    const purpose = kind === 'withdrawal' ? 'wallet.destination' : RECEIVING_PURPOSE
    const again = limitAccountOf(vault, { channelCode, accountNumber: vault.open(purpose, sealedNumber) })
    return again === account ? [] : [{ id, account: again }]
  })
  if (fresh.length > 0) await recountUses(tx, fresh)
  return fresh.length
}

/**
 * Counts a table's encrypted values by key id. The values that none of the available keys decrypts are
 * counted under an empty key id.
 */
export async function countSealed(tx: Tx, vault: Vault, sealed: SealedTable): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  let after: string | undefined = FIRST
  while (after !== undefined) {
    const rows: SealedRow[] = await readPage(tx, sealed, after, false)
    for (const row of rows) {
      for (const name of sealed.columns) {
        const value = row[name]
        if (value == null) continue
        const id = vault.keyIdOf(sealed.purpose, value) ?? ''
        counts.set(id, (counts.get(id) ?? 0) + 1)
      }
    }
    after = rows.length < PAGE ? undefined : rows.at(-1)?.id
  }
  return counts
}
