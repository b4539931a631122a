-- A payout names the first try of its line, and no longer the try right before it: a third try is held back
-- while the payout of the first one moves again at the provider.
with recursive line(id, first) as (
  select id, id from withdrawals where retry_of is null
  union all
  select w.id, l.first from line l join withdrawals w on w.retry_of = l.id
)
update payouts p set earlier_subject_id = l.first
from line l where l.id = p.subject_id and p.earlier_subject_id is not null and p.earlier_subject_id <> l.first;

create index payouts_earlier_subject on payouts (earlier_subject_id) where earlier_subject_id is not null;
