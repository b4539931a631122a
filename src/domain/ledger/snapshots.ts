import { sql } from 'kysely'
import { committedThrough, type LedgerContext } from './committed.ts'

/**
 * Writes a snapshot of the balance of each ledger account that has new entries and no stored balance. A
 * snapshot stops before the first entry that an open transaction may still write. Returns the number of
 * snapshots written.
 * @throws ledger.still_writing
 */
export async function takeSnapshots(context: LedgerContext): Promise<number> {
  const through = await committedThrough(context)
  return await context.unitOfWork.run(context.actor, async (work) => {
    const result = await sql`
      insert into ledger_snapshots (account_id, through_seq, balance_idr)
      select a.id, t.last_seq, coalesce(s.balance_idr, 0) + t.change_idr
      from ledger_accounts a
      left join lateral (
        select balance_idr, through_seq from ledger_snapshots s where s.account_id = a.id order by through_seq desc limit 1
      ) s on true
      cross join lateral (
        select max(e.seq) as last_seq, sum(e.amount_idr)::int8 as change_idr
        from ledger_entries e where e.account_id = a.id and e.seq > coalesce(s.through_seq, 0) and e.seq <= ${through}
      ) t
      where a.may_go_negative and t.last_seq is not null
      on conflict do nothing`.execute(work.tx)
    return Number(result.numAffectedRows ?? 0)
  })
}
