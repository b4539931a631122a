-- Decisions that were made before anybody counted them have no row among the counted ones, and `ledger verify` would
-- miss it for ever. They count in nobody's limits (docs/adr/0160).
insert into limit_uses (id, budget, kind, person, receiver, amount_idr, day_limit_idr, week_limit_idr, subject_kind, subject_id, used_at, undone_at)
select gen_random_uuid(), d.budget, d.kind, 'system:migration', 'nobody', greatest(1, abs(d.amount_idr)), 9007199254740991, 9007199254740991,
  d.subject_kind, d.id::text, d.at, d.at
from (
  select 'given' as budget, kind, 'wallet_adjustment' as subject_kind, id, change_idr as amount_idr, created_at as at
  from wallet_adjustments where status = 'posted'
  union all
  select 'withdrawal', 'withdrawal', 'withdrawal', id, amount_idr, created_at from withdrawals where status not in ('held', 'rejected')
  union all
  select 'settlement', 'settlement', 'settlement', id, net_idr, approved_at from settlements where approved_at is not null
  union all
  select 'given', 'refund', 'refund', id, amount_idr, created_at from refunds
  where requested_by like 'staff:%' and part_of is null and status not in ('requested', 'rejected')
  union all
  select 'given', 'quarantine', 'quarantine', id, amount_idr, created_at from quarantined_money where status = 'applied'
  union all
  select 'given', 'suspense', 'suspense', id, amount_idr, created_at from suspense_items
  where status in ('offset', 'wallet', 'collected', 'written_off', 'reassigned') and not by_fact
) d
where not exists (select from limit_uses u where u.subject_id = d.id::text);
