-- Returns, refunds of orders that were lost or came back, and withdrawals that came back were decided before anybody
-- counted them, and `ledger verify` would miss their counts for ever. They count in nobody's limits (docs/adr/0181).
insert into limit_uses (id, budget, kind, person, receiver, amount_idr, day_limit_idr, week_limit_idr, subject_kind, subject_id, used_at, undone_at)
select gen_random_uuid(), 'given', d.kind, 'system:migration', 'nobody', d.amount_idr, 9007199254740991, 9007199254740991,
  d.subject_kind, d.id, d.at, d.at
from (
  select 'return' as kind, 'return' as subject_kind, id::text as id, refund_idr as amount_idr, decided_at as at
  from order_returns where status = 'accepted' and refund_idr > 0
  union all
  select 'order_failed', 'order', split_part(key, ':', 2), max(amount_idr), min(created_at)
  from refunds where key like 'order:%:lost' and part_of is null group by 3
  union all
  select 'undeliverable', 'order', split_part(key, ':', 2), max(amount_idr), min(created_at)
  from refunds where key like 'order:%:undeliverable' and part_of is null group by 3
  union all
  select 'withdrawal_returned', 'withdrawal', id, max(amount_idr), min(at)
  from (
    select id::text as id, amount_idr, coalesce(finished_at, created_at) as at
    from withdrawals where by_hand and status = 'reversed'
    union all
    select subject_id::text, amount_idr, coalesce(finished_at, created_at) from payouts
    where route = 'bank' and purpose = 'withdrawal' and user_id is not null
      and failure_code = 'BANK_REJECTED' and status in ('failed', 'reversed')
  ) w
  group by id
) d
where not exists (select from limit_uses u where u.subject_id = d.id and u.kind = d.kind);
