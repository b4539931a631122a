import { type Kysely, sql } from 'kysely'
import { type DB, finalStates, inSql } from '../../kernel/index.ts'
import { sessionTransitions } from '../transitions.ts'

/** Counts the sessions whose end was before this instant, but that still have the status `forming`. */
export async function countLate(db: Kysely<DB>, before: Date): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from group_buying_sessions
    where status = 'forming' and ends_at < ${before}`.execute(db)
  return rows[0]?.count ?? 0
}

/** Returns the number of ended sessions whose escrow is not empty. */
export async function countHeldByOver(db: Kysely<DB>): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from ledger_balances b
    join ledger_accounts a on a.id = b.account_id and a.key like 'escrow:%' and b.balance_idr > 0
    join group_buying_sessions s on a.key = 'escrow:' || s.id::text
    where s.status in ${inSql(finalStates(sessionTransitions))}`.execute(db)
  return rows[0]?.count ?? 0
}
