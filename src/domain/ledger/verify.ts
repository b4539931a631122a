import { sql } from 'kysely'
import type { Check, Rest, Tx, Vault } from '../kernel/index.ts'
import { chainCheck } from './chain/verify-chain.ts'
import { readSealed } from './reseal/read-sealed.ts'
import { stateOfSeal } from './seal.ts'

// The maximum number of violations that one check of the ledger lists. A broken ledger can have ten thousand
// violations, but a person needs only the first few.
const MAX_LISTED = 10

async function lines(tx: Tx, query: ReturnType<typeof sql<{ line: string }>>): Promise<string[]> {
  return (await query.execute(tx)).rows.map((row) => row.line)
}

/** The invariants of the ledger itself. Other domains add the invariants of their own postings. */
export const ledgerChecks: readonly Check[] = [
  {
    name: 'every ledger transaction sums to 0',
    violations: (tx) =>
      lines(
        tx,
        sql<{ line: string }>`
          select format('%s is off by %s with %s entries', t.key, coalesce(sum(e.amount_idr), 0), count(e.seq)) as line
          from ledger_transactions t left join ledger_entries e on e.transaction_id = t.id
          group by t.id having coalesce(sum(e.amount_idr), 0) <> 0 or count(e.seq) < 2 limit ${MAX_LISTED}`,
      ),
  },
  {
    name: 'balance rows equal their entries',
    violations: (tx) =>
      lines(
        tx,
        sql<{ line: string }>`
          select format('%s has a balance of %s, its entries say %s', a.key, b.balance_idr, coalesce(t.total, 0)) as line
          from ledger_accounts a
          left join ledger_balances b on b.account_id = a.id
          left join (select account_id, -sum(amount_idr) as total from ledger_entries group by account_id) t on t.account_id = a.id
          where (not a.may_go_negative or b.account_id is not null) and b.balance_idr is distinct from coalesce(t.total, 0) limit ${MAX_LISTED}`,
      ),
  },
  {
    name: 'snapshots equal their entries',
    violations: (tx) =>
      lines(
        tx,
        sql<{ line: string }>`
          select format('%s through entry %s has a snapshot of %s, its entries say %s', a.key, s.through_seq, s.balance_idr, t.total) as line
          from ledger_snapshots s join ledger_accounts a on a.id = s.account_id
          cross join lateral (
            select coalesce(sum(amount_idr), 0) as total from ledger_entries e where e.account_id = s.account_id and e.seq <= s.through_seq
          ) t
          where s.balance_idr <> t.total limit ${MAX_LISTED}`,
      ),
  },
  {
    name: 'no account is below zero unless it may be',
    violations: (tx) =>
      lines(
        tx,
        sql<{ line: string }>`
          select format('%s holds %s', a.key, -sum(e.amount_idr)) as line
          from ledger_accounts a join ledger_entries e on e.account_id = a.id
          where not a.may_go_negative group by a.key having sum(e.amount_idr) > 0 limit ${MAX_LISTED}`,
      ),
  },
  { name: 'seals match', violations: brokenSeals },
  chainCheck,
]

// The number of postings in one page. The seals of a page are computed without a pause, so this process
// cannot serve buyers meanwhile. The number is small, because buyers are served only between two pages.
const PAGE = 200

/**
 * Recomputes every seal of the ledger, a page of postings at a time, so that a ledger of any size fits into
 * memory.
 */
async function brokenSeals(tx: Tx, vault: Vault, rest?: Rest): Promise<string[]> {
  const broken: string[] = []
  let otherKey = 0
  let after = '00000000-0000-0000-0000-000000000000'
  for (;;) {
    const rows = await readSealed(tx, { after, limit: PAGE })
    for (const { seal, reseal, ...transaction } of rows) {
      const state = stateOfSeal(vault, transaction, seal, reseal)
      if (state === 'broken')
        broken.push(`${transaction.key} (${transaction.id}) was changed after it was sealed`)
      if (state === 'other key') otherKey++
    }
    const last = rows.at(-1)
    if (!last || broken.length >= MAX_LISTED) {
      return [...unreadable(otherKey, vault), ...broken].slice(0, MAX_LISTED)
    }
    after = last.id
    await rest?.()
  }
}

function unreadable(count: number, vault: Vault): string[] {
  if (count === 0) return []
  return [
    `${count} transactions were sealed under another LAKU_SEAL_KEY than those in use (${vault.seals.keyIds.join(', ')}): verify with theirs`,
  ]
}

/** Counts the transactions and entries of the ledger. */
export async function ledgerSize(tx: Tx): Promise<{ transactions: number; entries: number }> {
  const { rows } = await sql<{ transactions: number; entries: number }>`
    select (select count(*) from ledger_transactions)::int8 as transactions, (select count(*) from ledger_entries)::int8 as entries`.execute(
    tx,
  )
  return rows[0] ?? { transactions: 0, entries: 0 }
}
