-- Debts of factories and of buyers that were written off before anybody counted have no row among the counted ones,
-- and `ledger verify` would miss it for ever. Nobody knows who decided, so these count against no person.
insert into limit_uses (id, budget, kind, person, receiver, amount_idr, day_limit_idr, week_limit_idr, subject_kind, subject_id, used_at)
select gen_random_uuid(), 'given', 'write_off', 'system:migration', d.receiver, d.amount_idr, 9007199254740991, 9007199254740991,
  d.subject_kind, d.subject_id, d.occurred_at
from (
  select t.occurred_at, case t.kind when 'factory.written_off' then 'write_off' else 'claim' end as subject_kind,
    case t.kind when 'factory.written_off' then split_part(t.key, ':', 4) else t.key end as subject_id,
    case t.kind when 'factory.written_off' then 'factory:' || t.subject_id
      else 'user:' || (select user_id from payments where id = t.subject_id) end as receiver,
    (select sum(amount_idr) from ledger_entries where transaction_id = t.id and amount_idr > 0) as amount_idr
  from ledger_transactions t where t.kind in ('factory.written_off', 'payment.claim_written_off')
) d
where not exists (select from limit_uses u where u.kind = 'write_off' and u.subject_id = d.subject_id);
