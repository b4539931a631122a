-- A transfer to the courier's deposit has its bank's reference in the one list too: each stands for one transfer.
insert into bank_references (reference, given, subject_kind, subject_id, noted_by, noted_at)
select distinct on (reference) reference, given, 'courier_deposit', subject_id::text, 'unknown', occurred_at
from (
  select t.*, substr(t.key, length('courier-deposit:') + 1) as given,
    regexp_replace(upper(substr(t.key, length('courier-deposit:') + 1)), '[^A-Z0-9]', '', 'g') as reference
  from ledger_transactions t where t.kind = 'courier_deposit_topped_up'
) t where reference <> '' order by reference, occurred_at
on conflict do nothing;
