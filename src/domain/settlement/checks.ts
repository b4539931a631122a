import { sql } from 'kysely'
import { type Check, checkOf, inSql } from '../kernel/index.ts'
import { livePayoutStates, sentPayoutStates } from '../payout/index.ts'
import { settlementRowChecks } from './row-checks.ts'
import { dischargedSettlementStates } from './transitions.ts'

// The maximum number of rows that one check lists. A broken invariant may concern ten thousand rows, but a
// person needs only the first few.
const SHOWN = 10

/**
 * The checks of the invariants about settlements (number 6 in the list of laku's invariants), besides the
 * ledger's own checks.
 */
export const settlementChecks: readonly Check[] = [
  checkOf(
    'each sold item is settled at most once, each refund line at most once',
    sql<{ line: string }>`
      select format('%s of order item %s is in %s settlements', kind, order_item_id, count(*)) as line
      from settlement_items where settlement_id is not null and kind in ('sale', 'refund')
      group by kind, order_item_id, refund_id having count(*) > 1 limit ${SHOWN}`,
  ),
  checkOf(
    'the lines of a settlement agree with the ledger and add up to its amounts',
    sql<{ line: string }>`
      select format('%s says %s, its lines %s, the book %s', s.code, s.net_idr, l.net, l.booked) as line
      from settlements s cross join lateral (
        select coalesce(sum(i.net_idr), 0) as net, coalesce(-sum(e.amount_idr), 0) as booked, count(i.entry_seq) as items
        from settlement_items i left join ledger_entries e on e.seq = i.entry_seq where i.settlement_id = s.id
      ) l
      where case s.status when 'void' then l.items <> 0
        else l.net <> s.net_idr or l.booked <> s.net_idr or l.items <> s.items end
      limit ${SHOWN}`,
  ),
  checkOf(
    'a factory is owed its open lines and its unpaid settlements',
    sql<{ line: string }>`
      select format('%s is owed %s, its lines and settlements say %s', a.key, b.owed, d.due) as line
      from ledger_accounts a
      cross join lateral (select -coalesce(sum(amount_idr), 0) as owed from ledger_entries where account_id = a.id) b
      cross join lateral (
        select coalesce((
            select sum(i.net_idr) from settlement_items i
            where i.factory_id = substr(a.key, 9)::uuid and i.settlement_id is null), 0)
          + coalesce((
            select sum(s.net_idr) from settlements s
            where s.factory_id = substr(a.key, 9)::uuid and s.status not in ${inSql(dischargedSettlementStates)}), 0)
          + coalesce((
            select -sum(e.amount_idr) from ledger_entries e join ledger_transactions t on t.id = e.transaction_id
            where e.account_id = a.id and e.seq > (select through_seq from settlement_gathered)
              and t.kind not like 'settlement.%'), 0) as due
      ) d
      where a.key like 'factory:%' and b.owed <> d.due limit ${SHOWN}`,
  ),
  checkOf(
    'the status of a settlement agrees with its payout',
    sql<{ line: string }>`
      select format('%s is %s, its payout %s', s.code, s.status, p.status) as line
      from settlements s left join payouts p on p.id = s.payout_id
      where case s.status
        when 'submitted' then p.status is distinct from 'submitted'
        when 'paid' then p.status is distinct from 'succeeded'
        when 'failed' then p.status is distinct from 'failed'
        when 'reversed' then p.status is distinct from 'reversed'
        when 'approved' then p.status in ${inSql(sentPayoutStates)}
        else p.status in ${inSql(livePayoutStates)} and not p.set_aside end
      limit ${SHOWN}`,
  ),
  ...settlementRowChecks,
]
