import { type RawBuilder, sql } from 'kysely'
import { type Check, checkOf } from '../kernel/index.ts'

// The most violations that the check lists. A broken ledger can have ten thousand, and a person needs the
// first few.
const SHOWN = 10

export interface HeldToRows {
  /** The plural name of the business rows: "withdrawals". */
  name: string
  /** The kinds of ledger transactions that these business rows make; no other rows make them. */
  kinds: readonly string[]
  /**
   * The query `select id::text, must, account, idr` over the business rows that may have postings, with one
   * line for each account. `idr` is the sum that all postings of the row left on the account (debit positive,
   * in rupiah; null: the row does not define it). `must`: the row has a posting in any case.
   */
  due: RawBuilder<unknown>
  /**
   * The SQL expression for the business row's `id` of a ledger transaction `t`. The default is the
   * transaction's subject.
   */
  of?: RawBuilder<unknown>
  /**
   * The SQL expression for the `account` of a ledger account `a`; null if the row does not define the sum.
   * The default is the account's key.
   */
  as?: RawBuilder<unknown>
}

/**
 * Makes a check that business rows and their postings agree, both ways. Each row must have the sums that its
 * state requires, on the accounts that its state requires. Each posting of these kinds must have its row.
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
    `${name} are what their postings say, and each posting has its row`,
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
