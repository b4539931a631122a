-- Chargebacks were moved to another payment before anybody counted that, and `ledger verify` would miss their counts for ever. They
-- count in nobody's limits (docs/adr/0193). A move is two corrections in the ledger that follow each other on two payments.
with corrections as (
  select c.id, t.subject_id as payment_id, t.id as transaction_id, t.recorded_at,
    case when t.key = c.ledger_key || ':corrected' then 0 else substring(t.key from '[0-9]+$')::int - 1 end as nth
  from ledger_transactions t join chargebacks c on c.ledger_key = regexp_replace(t.key, ':corrected(:[0-9]+)?$', '')
  where t.kind = 'payment.charged_back' and t.key <> c.ledger_key
), moves as (
  select m.id || ':' || m.nth as subject_id, m.id, 'user:' || p.user_id as receiver, m.recorded_at as at,
    (select max(abs(e.amount_idr)) from ledger_entries e where e.transaction_id = m.transaction_id) as amount_idr
  from corrections m join corrections n on n.id = m.id and n.nth = m.nth + 1 and n.payment_id <> m.payment_id
  join payments p on p.id = m.payment_id
)
insert into limit_uses (id, budget, kind, person, receiver, amount_idr, day_limit_idr, week_limit_idr, subject_kind, subject_id, used_at, undone_at)
select gen_random_uuid(), 'given', 'chargeback_moved', 'system:migration', m.receiver, m.amount_idr, 9007199254740991, 9007199254740991,
  'chargeback', m.subject_id, m.at, m.at
from moves m
where not exists (
  select from limit_uses u where u.kind = 'chargeback_moved' and u.subject_id like m.id || ':%');
