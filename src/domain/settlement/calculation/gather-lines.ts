import { type RawBuilder, sql } from 'kysely'
import { type Actor, requireStaff, type UnitOfWork, type Work } from '../../kernel/index.ts'
import { committedThrough } from '../../ledger/index.ts'

/**
 * The SQL pattern of the ledger postings that pay a settlement or correct its payment. They are never lines
 * of a settlement.
 */
const OWN = 'settlement.%'

/**
 * Returns an SQL query that reads ledger entries on factories' accounts as settlement lines. The condition
 * `which` selects the entries. In the condition, `e` is an entry and `a` is the entry's account.
 */
export function linesFrom(which: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select e.seq as entry_seq, substr(a.key, 9)::uuid as factory_id,
      case when e.order_item_id is null then 'adjustment' when t.subject_kind = 'refund' then 'refund'
        when t.kind in ('escrow.released', 'order.earned') then 'sale' else 'adjustment' end as kind,
      i.order_id, e.order_item_id, case when t.subject_kind = 'refund' then t.subject_id end as refund_id,
      -e.amount_idr + coalesce(c.commission_idr, 0) as gross_idr, coalesce(c.commission_idr, 0) as commission_idr,
      -e.amount_idr as net_idr, t.occurred_at as posted_at
    from ledger_entries e
    join ledger_accounts a on a.id = e.account_id and a.key like 'factory:%'
    join ledger_transactions t on t.id = e.transaction_id and t.kind not like ${OWN}
    left join order_items i on i.id = e.order_item_id
    left join lateral (
      select -sum(c.amount_idr)::int8 as commission_idr
      from ledger_entries c join ledger_accounts ca on ca.id = c.account_id and ca.key = 'commission'
      where c.transaction_id = e.transaction_id and c.order_item_id = e.order_item_id
    ) c on true
    where ${which}`
}

/**
 * Stores new ledger entries on factories' accounts as settlement lines. So a settlement run need not read a
 * factory's whole ledger history. Entries that are stored already are skipped. Returns the number of new
 * lines.
 * @throws kernel.forbidden, ledger.still_writing
 */
export async function gatherLines({
  unitOfWork,
  actor,
}: {
  unitOfWork: UnitOfWork
  actor: Actor
}): Promise<number> {
  requireStaff(actor, 'finance', 'service')
  const through = await committedThrough({ unitOfWork, actor })
  return await unitOfWork.run(actor, (work) => insertDueLines(work, through))
}

async function insertDueLines(work: Work, through: number): Promise<number> {
  // The lock lets only one transaction at a time write settlement lines. Without it, two transactions could
  // write the same sale, and one of them would fail.
  await sql`select from settlement_gathered for no key update`.execute(work.tx)
  const result = await sql`
    insert into settlement_items (entry_seq, factory_id, kind, order_id, order_item_id, refund_id, gross_idr, commission_idr,
      net_idr, posted_at)
    ${linesFrom(sql`e.seq > (select through_seq from settlement_gathered) and e.seq <= ${through}`)}
    on conflict (entry_seq) do nothing`.execute(work.tx)
  await sql`update settlement_gathered set through_seq = greatest(through_seq, ${through})`.execute(work.tx)
  return Number(result.numAffectedRows ?? 0)
}
