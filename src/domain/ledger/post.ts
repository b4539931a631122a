import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import {
  asRecords,
  DomainError,
  insertRows,
  newId,
  type Rupiah,
  rupiah,
  type Tx,
  type Work,
} from '../kernel/index.ts'
import { type AccountKey, accountShape } from './accounts.ts'
import { ledgerErrors } from './errors.ts'
import { sealOf } from './seal.ts'

/** The business objects to which a ledger entry belongs, for settlements, statements and explanations. */
export interface Dimensions {
  sessionId?: string | null
  orderItemId?: string | null
  factoryId?: string | null
  userId?: string | null
}

export interface Entry extends Dimensions {
  account: AccountKey
  /** The amount of the ledger entry: a debit is positive, a credit negative. */
  amountIdr: Rupiah
}

export const debit = (account: AccountKey, amountIdr: Rupiah, dimensions: Dimensions = {}): Entry => ({
  account,
  amountIdr: rupiah(amountIdr),
  ...dimensions,
})

export const credit = (account: AccountKey, amountIdr: Rupiah, dimensions: Dimensions = {}): Entry => ({
  account,
  amountIdr: -rupiah(amountIdr),
  ...dimensions,
})

export interface Posting {
  /**
   * The business key of the posting. It names an event that happens to an object only once:
   * `payment:{id}:confirmed`. A second posting with this key changes nothing.
   */
  key: string
  kind: string
  subject: [kind: string, id: string]
  /** The entries of the ledger posting; an entry of 0 rupiah is left out. */
  entries: Entry[]
}

interface Draft extends Posting {
  id: string
  hash: string
}

function draftOf(posting: Posting): Draft {
  const entries = posting.entries.filter((entry) => entry.amountIdr !== 0)
  const off = entries.reduce((sum, entry) => sum + entry.amountIdr, 0)
  if (off !== 0 || entries.length < 2)
    throw new Error(`posting ${posting.key} does not balance: off by ${off}`)
  const content = entries.map((e) => `${e.account}|${e.amountIdr}|${e.orderItemId ?? ''}`).sort()
  const hash = createHash('sha256')
    .update([posting.kind, ...content].join('\n'))
    .digest('base64url')
  return { ...posting, entries, id: newId(), hash }
}

/**
 * Posts any number of balanced ledger transactions in a few statements. A transaction whose business key was
 * posted before with the same content is left out, so a retry changes nothing. Returns the business keys that
 * were posted now.
 * @throws ledger.key_reused where a key was posted with other content
 * @throws ledger.insufficient_balance where an account that may not would go below zero
 */
export async function post(work: Work, postings: readonly Posting[]): Promise<Set<string>> {
  const drafts = new Map(postings.map((posting) => [posting.key, draftOf(posting)]))
  if (drafts.size !== postings.length) throw new Error('a business key stands twice in one batch')
  if (drafts.size === 0) return new Set()
  const accounts = await accountIds(
    work.tx,
    new Set(postings.flatMap((p) => p.entries.map((e) => e.account))),
  )
  const posted = new Set(await insertTransactions(work, [...drafts.values()]))
  if (posted.size < drafts.size) await refuseOtherContent(work.tx, drafts, posted)
  const fresh = [...drafts.values()].filter((draft) => posted.has(draft.key))
  await insertEntries(work.tx, fresh, accounts)
  for (const { key, kind, entries } of fresh) {
    work.posted({ key, kind, entries: entries.map(({ account, amountIdr }) => ({ account, amountIdr })) })
  }
  return posted
}

/** Returns the ids of ledger accounts by their keys. Accounts that do not exist yet are created. */
async function accountIds(tx: Tx, keys: Set<AccountKey>): Promise<Map<string, number>> {
  const wanted = [...keys].sort()
  const found = await tx
    .selectFrom('ledgerAccounts')
    .select(['id', 'key'])
    .where('key', 'in', wanted)
    .execute()
  const ids = new Map(found.map((row) => [row.key, row.id]))
  const missing = wanted.filter((key) => !ids.has(key))
  if (missing.length === 0) return ids
  const records = asRecords(missing.map((key) => ({ key, ...accountShape(key) })))
  await sql`
    insert into ledger_accounts (key, kind, may_go_negative)
    select key, kind, may_go_negative from jsonb_to_recordset(${records}::jsonb) as a(key text, kind text, may_go_negative boolean)
    on conflict (key) do nothing`.execute(tx)
  // Another transaction may have created one of these accounts at the same time. Only a new statement sees
  // that account.
  const opened = await tx
    .selectFrom('ledgerAccounts')
    .select(['id', 'key'])
    .where('key', 'in', missing)
    .execute()
  for (const row of opened) ids.set(row.key, row.id)
  return ids
}

async function insertTransactions(work: Work, drafts: Draft[]): Promise<string[]> {
  const rows = drafts.map((draft) => ({
    id: draft.id,
    key: draft.key,
    requestHash: draft.hash,
    kind: draft.kind,
    subjectKind: draft.subject[0],
    subjectId: draft.subject[1],
    occurredAt: work.now,
    seal: sealOf(work.vault, {
      id: draft.id,
      key: draft.key,
      kind: draft.kind,
      subjectKind: draft.subject[0],
      subjectId: draft.subject[1],
      occurredAt: work.now,
      entries: draft.entries.map((e) => ({
        account: e.account,
        amountIdr: e.amountIdr,
        sessionId: e.sessionId ?? null,
        orderItemId: e.orderItemId ?? null,
        factoryId: e.factoryId ?? null,
        userId: e.userId ?? null,
      })),
    }),
  }))
  rows.sort((a, b) => (a.key < b.key ? -1 : 1))
  // The database itself sets the columns `written_in` and `recorded_at` of a ledger transaction.
  return insertRows(work.tx, 'ledgerTransactions', rows, { onConflictDoNothing: true, returning: 'key' })
}

async function refuseOtherContent(tx: Tx, drafts: Map<string, Draft>, posted: Set<string>): Promise<void> {
  const before = [...drafts.keys()].filter((key) => !posted.has(key))
  const rows = await tx
    .selectFrom('ledgerTransactions')
    .select(['key', 'requestHash'])
    .where('key', 'in', before)
    .execute()
  for (const row of rows) {
    if (row.requestHash !== drafts.get(row.key)?.hash) throw ledgerErrors.key_reused({ key: row.key })
  }
}

async function insertEntries(tx: Tx, drafts: Draft[], accounts: Map<string, number>): Promise<void> {
  const rows = drafts.flatMap((draft) =>
    draft.entries.map((e) => ({
      transactionId: draft.id,
      accountId: accounts.get(e.account) as number,
      amountIdr: e.amountIdr,
      sessionId: e.sessionId ?? null,
      orderItemId: e.orderItemId ?? null,
      factoryId: e.factoryId ?? null,
      userId: e.userId ?? null,
    })),
  )
  try {
    await insertRows(tx, 'ledgerEntries', rows)
  } catch (error) {
    if (isBelowZero(error)) throw ledgerErrors.insufficient_balance()
    throw error
  }
}

function isBelowZero(error: unknown): boolean {
  if (error instanceof DomainError || !(error instanceof Error)) return false
  return 'constraint' in error && error.constraint === 'ledger_balance_not_negative'
}
