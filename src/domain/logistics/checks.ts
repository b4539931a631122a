import { sql } from 'kysely'
import type { Check } from '../kernel/index.ts'

// A broken invariant can be broken ten thousand times; a person needs the first few.
const SHOWN = 10

/** What is always true of parcels' money. */
export const logisticsChecks: readonly Check[] = [
  {
    name: "a parcel took its courier's price out of shipping while it is on its way, its fee once that is over, and nothing when it is called off",
    violations: async (tx) => {
      const { rows } = await sql<{ line: string }>`
        select format('%s is %s and took %s, not %s', s.code, s.status, coalesce(took.idr, 0), due.idr) as line
        from shipments s
        left join (
          select t.subject_id as id, sum(e.amount_idr) as idr
          from ledger_accounts a join ledger_entries e on e.account_id = a.id
          join ledger_transactions t on t.id = e.transaction_id
          where a.key = 'shipping' and t.subject_kind = 'shipment' group by t.subject_id
        ) took on took.id = s.id
        cross join lateral (
          select case
            when s.status in ('pending', 'cancelled', 'not_found') then 0
            when s.margin_idr is not null then s.fee_idr
            else coalesce(s.price_idr, 0) end as idr
        ) due
        where coalesce(took.idr, 0) <> due.idr
          or (s.status in ('delivered', 'returned', 'lost') and s.margin_idr is distinct from s.fee_idr - coalesce(s.price_idr, 0))
        limit ${SHOWN}`.execute(tx)
      return rows.map((row) => row.line)
    },
  },
]
