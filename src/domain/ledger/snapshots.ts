import { sql } from 'kysely'
import type { Work } from '../kernel/index.ts'

/**
 * Writes a snapshot of every account without a balance row that has entries since its last one. The lock
 * waits for the postings under way, which hold it together and take milliseconds, so that no entry with a lower
 * number can still be committed after its snapshot. Returns how many accounts were written.
 */
export async function takeSnapshots(work: Work): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtext('ledger snapshots'))`.execute(work.tx)
  const result = await sql`
    insert into ledger_snapshots (account_id, through_seq, balance_idr)
    select a.id, t.last_seq, coalesce(s.balance_idr, 0) + t.change_idr
    from ledger_accounts a
    left join lateral (
      select balance_idr, through_seq from ledger_snapshots s where s.account_id = a.id order by through_seq desc limit 1
    ) s on true
    cross join lateral (
      select max(e.seq) as last_seq, sum(e.amount_idr)::int8 as change_idr
      from ledger_entries e where e.account_id = a.id and e.seq > coalesce(s.through_seq, 0)
    ) t
    where a.may_go_negative and t.last_seq is not null`.execute(work.tx)
  return Number(result.numAffectedRows ?? 0)
}
