import { type RawBuilder, sql } from 'kysely'
import { type Check, checkOf } from '../kernel/index.ts'

// The maximum number of violations that one check of business rows against the ledger lists. A broken ledger
// can have ten thousand violations, but a person needs only the first few.
const SHOWN = 10

export interface HeldToRows {
  /** The plural name of the business rows that are compared with the ledger: "withdrawals". */
  name: string
  /** The kinds of ledger transactions that are posted for these business rows, and for no others. */
  kinds: readonly string[]
  /**
   * The query `select id::text, must, account, idr` for the business rows that may have ledger postings. Its
   * result has one row for each business row and account.
   *
   * - `idr`: the sum that all postings of the row must leave on the account (debit positive, in rupiah); null
   *   if the row does not define it.
   * - `must`: true if the row must have a posting.
   */
  due: RawBuilder<unknown>
  /**
   * The SQL expression for the id of the business row to which a ledger transaction `t` belongs. The default
   * is the id of the transaction's subject.
   */
  of?: RawBuilder<unknown>
  /**
   * The SQL expression for the name of a ledger account `a`. The query `due` returns the same names in its
   * column `account`. Null if the business rows define no sum for that account. The default is the account's
   * key.
   */
  as?: RawBuilder<unknown>
}

/**
 * Makes a check that business rows and their ledger postings agree. For each row, the check sums its postings
 * by account and compares the sums with those that the row's state requires. It also finds postings of the
 * same `kinds` that belong to no business row.
 */
export const heldToRows = ({
  name,
  kinds,
  due,
  of = sql`t.subject_id::text`,
  as = sql`a.key`,
}: HeldToRows): Check & { kinds: readonly string[] } => ({
  kinds,
  ...checkOf(
    `${name} agree with their postings, and each posting has its row`,
    sql<{ line: string }>`
      with due as materialized (
        select id, bool_or(must) as must, account, sum(idr) as idr, bool_or(idr is null) as is_open
        from (${due}) d(id, must, account, idr) group by id, account
      ), booked as materialized (
        select id, account, sum(amount_idr) as idr from (
          select ${of} as id, ${as} as account, e.amount_idr
          from ledger_transactions t join ledger_entries e on e.transaction_id = t.id join ledger_accounts a on a.id = e.account_id
          where t.kind = any(${kinds})
        ) b group by id, account
      ), found as (
        select format('%s %s has postings and no row', ${name}::text, b.id) as line
        from (select distinct id from booked) b where not exists (select from due d where d.id = b.id)
        union all
        select format('%s %s has no posting', ${name}::text, d.id)
        from (select distinct id from due where must) d where not exists (select from booked b where b.id = d.id)
        union all
        select format('%s %s left %s on %s by its postings, and %s by its row', ${name}::text, both_ways.id, coalesce(booked_idr, 0), account, coalesce(due_idr, 0))
        from (
          select id, account, d.idr as due_idr, b.idr as booked_idr, d.is_open
          from (select * from due where account is not null) d
          full join (select * from booked where account is not null) b using (id, account)
        ) both_ways
        where not coalesce(is_open, false) and coalesce(due_idr, 0) <> coalesce(booked_idr, 0)
          and both_ways.id in (select id from due) and both_ways.id in (select id from booked)
      )
      select line from found limit ${SHOWN}`,
  ),
})
