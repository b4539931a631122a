import { sql } from 'kysely'
import { FACTOR_PURPOSE, resealFactors } from '../../auth/index.ts'
import { asRecords, secondsAfter, type Tx, type Vault, type Work } from '../../kernel/index.ts'
import { recountUses } from '../../ops/index.ts'
import { fingerprintOf, limitAccountOf } from '../../wallet/index.ts'

/** A table that holds encrypted columns. */
export interface SealedTable {
  table: string
  /** The column with a UUID that is unique in the table; `id` by default. */
  key?: string
  columns: readonly string[]
  /** The purpose that the key is derived for; the same for all columns of the table. */
  purpose: string
  /**
   * Returns further columns to rewrite: keyed digests of the encrypted values, by which rows are looked up.
   */
  digests?: (vault: Vault, row: SealedRow, opened: Record<string, string>) => Record<string, string>
  /**
   * Writes the first column of a table that the application may not write itself; gets each row's value
   * before and after.
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
 * The tables with values that LAKU_ENCRYPTION_KEY keeps unreadable for longer than a day: a rotation of the
 * key must encrypt these values again.
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
      // The account of an erased user has no fingerprint by which it could be found.
      if (row.fingerprint === row.id) return {}
      const [accountNumber, accountHolderName] = [opened.account_number ?? '', opened.account_holder ?? '']
      const channelCode = row.channel_code ?? ''
      return { fingerprint: fingerprintOf(vault, { channelCode, accountNumber, accountHolderName }) }
    },
  },
  {
    table: 'staff_factors',
    columns: ['secret_sealed'],
    purpose: FACTOR_PURPOSE,
    write: resealFactors,
  },
  { table: 'way_keys', key: 'subject_id', columns: ['key_sealed'], purpose: 'way_in.key' },
  // The output that a command printed while running is deleted after a day. The answer of a change is kept as
  // long as the command's idempotency key.
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
  /** The start of the next page; undefined at the end. */
  after: string | undefined
  rewritten: number
  /** The values that none of the available keys decrypts, one line each. They are left unchanged. */
  left: string[]
}

/**
 * Encrypts one page of a table again under the current key; values under that key already are left unchanged.
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
 * Counts the recent withdrawals to one account together under the new key too; returns how many were counted
 * anew.
 */
export async function recountWithdrawals({
  tx,
  vault,
  now,
}: Pick<Work, 'tx' | 'vault' | 'now'>): Promise<number> {
  const { rows } = await sql<{
    id: string
    channelCode: string
    accountNumber: string
    account: string | null
  }>`
    select u.id, u.account, d.channel_code, d.account_number from limit_uses u
      join withdrawals w on w.id::text = u.subject_id join withdrawal_destinations d on d.id = w.destination_id
    where u.kind = 'withdrawal' and u.used_at > ${secondsAfter(now, -LIMIT_WINDOW_S)}`.execute(tx)
  const fresh = rows.flatMap(({ id, channelCode, accountNumber, account }) => {
    const again = limitAccountOf(vault, {
      channelCode,
      accountNumber: vault.open('wallet.destination', accountNumber),
    })
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
