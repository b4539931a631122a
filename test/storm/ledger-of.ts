import { sql } from 'kysely'
import type { TestLaku } from '../laku.ts'

/** Returns all ledger postings about the payments that these texts name, for the search of a cause. */
export async function ledgerOf({ db }: TestLaku, texts: readonly string[]): Promise<string> {
  const codes = texts.flatMap((text) => text.match(/PAY-[\w-]+/g) ?? [])
  const { rows } = await sql<{ line: string }>`
    with about as (
      select p.id, p.code, p.id as subject from payments p where p.code = any(${codes})
      union all select p.id, p.code, r.id from payments p join refunds r on r.payment_id = p.id where p.code = any(${codes})
      union all select p.id, p.code, q.id from payments p join quarantined_money q on q.payment_id = p.id where p.code = any(${codes}))
    select concat_ws(' ', b.code, t.key, string_agg(a.key || ' ' || e.amount_idr, ', ' order by a.key)) as line
    from about b join ledger_transactions t on t.subject_id = b.subject join ledger_entries e on e.transaction_id = t.id
    join ledger_accounts a on a.id = e.account_id group by b.code, t.id, t.key, t.recorded_at
    order by b.code, t.recorded_at`.execute(db)
  const { rows: states } = await sql<{ line: string }>`
    select concat_ws(' ', p.code, p.status, 'amount', p.amount_idr, 'of the wallet', p.wallet_idr, 'paid', p.paid_amount_idr, 'returned', p.returned_idr, 'charged back', p.charged_back_idr,
      (select string_agg(concat_ws(' ', r.code, r.status, r.amount_idr, r.destination, r.reason, r.borne_by), '; ') from refunds r where r.payment_id = p.id)) as line
    from payments p where p.code = any(${codes})`.execute(db)
  return [...states, ...rows].map(({ line }) => line).join('\n')
}
