import { sql } from 'kysely'
import { type Check, checkOf, inSql } from '../kernel/index.ts'
import { heldToRows } from '../ledger/index.ts'
import { countedCheck, LOST_DAY } from '../ops/index.ts'
import { returnedByWord } from '../payout/index.ts'
import { onceSentSettlementStates, sentSettlementStates } from './transitions.ts'

// The maximum number of rows that one check lists. A broken invariant may concern ten thousand rows, but a
// person needs only the first few.
const SHOWN = 10

/**
 * The checks that settlements, their payouts (by provider or bank) and written-off debts agree with their
 * postings in the ledger.
 */
export const settlementRowChecks: readonly Check[] = [
  heldToRows({
    name: 'settlements',
    kinds: ['settlement.submitted', 'settlement.confirmed', 'settlement.failed', 'settlement.reversed'],
    due: sql`
      select s.id::text, s.status in ${inSql(onceSentSettlementStates)}, l.account, l.idr
      from settlements s left join payouts o on o.id = s.payout_id
      cross join lateral (
        select 'factory:' || s.factory_id, case when s.status in ${inSql(sentSettlementStates)} then s.net_idr else 0 end
        union all
        select case o.route when 'bank' then 'bank-transfers-in-flight' else 'payouts-in-flight' end, -s.net_idr where s.status = 'submitted'
        union all
        select case o.route when 'bank' then 'bank' else 'gateway' end, -s.net_idr where s.status = 'paid'
      ) l(account, idr)`,
  }),
  checkOf(
    'a payout has the amount of its settlement or withdrawal, and pays it or is in suspense',
    sql<{ line: string }>`
      select format('%s over %s %s, and %s over %s', o.key, o.amount_idr, o.status, d.what, d.amount_idr) as line
      from payouts o left join lateral (
        select s.code || ' is ' || s.status as what, s.net_idr as amount_idr, s.status = 'paid' and s.payout_id = o.id as has_it
        from settlements s where o.purpose = 'settlement' and s.id = o.subject_id
        union all
        select w.code || ' is ' || w.status, w.amount_idr, w.status = 'succeeded' from withdrawals w where o.purpose = 'withdrawal' and w.id = o.subject_id
      ) d on true
      where d.amount_idr is distinct from o.amount_idr
        or (o.status = 'succeeded' and case when o.set_aside
          then not exists (select from suspense_items i where i.kind = 'payout' and (i.provider_id = o.provider_payout_id or i.subject_id = o.id))
          else not d.has_it end)
      limit ${SHOWN}`,
  ),
  countedCheck({
    name: 'every approval of a settlement is counted in the limits, and every count has one',
    kinds: ['settlement'],
    // Each approval after a payment has a count of its own, with the number of payouts until then.
    rows: sql`select id::text from settlements union all select s.id || ':' || n from settlements s, generate_series(1, s.payouts) n`,
    subject: 'settlement',
    decided: sql`
      select s.id::text, s.code, s.net_idr, 'factory:' || s.factory_id, null::text, null::text from settlements s where s.approved_at is not null
      union all
      select s.id || ':' || n.n, 'the approval of ' || s.code || ' after its payout ' || n.n, s.net_idr, 'factory:' || s.factory_id, null::text, null::text
      from payouts o join settlements s on s.id = o.subject_id cross join lateral (select substring(o.key from '[0-9]+$')::int as n) n
      where o.purpose = 'settlement' and ${returnedByWord} and exists (
        select from payouts later where later.subject_id = s.id and substring(later.key from '[0-9]+$')::int > n.n)`,
  }),
  checkOf(
    'the last approval of a settlement is counted in the limits for who approved it',
    sql<{ line: string }>`
      select format('%s was approved by %s, and no limit counts that', s.code, s.approved_by) as line
      from settlements s
      where is_person(s.approved_by) and not exists (
        select from limit_uses u
        where u.kind = 'settlement' and u.subject_id = any(array(select s.id::text union all select s.id || ':' || n from generate_series(1, s.payouts) n))
          and (u.used_at = s.approved_at and s.approved_by in (u.person, u.second_person) or u.person in (${LOST_DAY}, 'system:migration')))
      limit ${SHOWN}`,
  ),
  countedCheck({
    name: 'every transfer to a factory that a person said came back is counted in the limits, and every count has one',
    kinds: ['settlement_returned'],
    rows: sql`select id::text from payouts`,
    subject: 'payout',
    decided: sql`
      select o.id::text, o.key, o.amount_idr, 'factory:' || o.factory_id, null::text, null::text from payouts o
      where o.purpose = 'settlement' and o.factory_id is not null and ${returnedByWord}`,
  }),
  heldToRows({
    name: 'debts written off',
    kinds: ['factory.written_off'],
    of: sql`split_part(t.key, ':', 4)`,
    due: sql`
      select u.subject_id, true, l.account, l.idr from limit_uses u
      cross join lateral (values ('bad-debt', u.amount_idr), (u.receiver, -u.amount_idr)) l(account, idr)
      where u.kind = 'write_off' and u.subject_kind = 'write_off'`,
  }),
]
