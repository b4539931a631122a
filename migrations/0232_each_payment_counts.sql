-- A person who says that the bank did not pay a settlement's transfer makes it possible to pay the settlement again. So the
-- word is counted against that person's limits, and the database refuses it otherwise (docs/adr/0191).
create trigger returned_to_factory_counted before insert or update of status on payouts
  for each row when (new.route = 'bank' and new.purpose = 'settlement' and new.factory_id is not null
    and new.failure_code = 'BANK_REJECTED' and (new.status = 'reversed' or new.status = 'failed' and new.in_file))
  execute function require_counted('settlement_returned');

-- Each approval of a settlement after a payment has a count of its own, with the number of payouts that were made before.
create function require_settlement_counted() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  if not exists (
    select from limit_uses where kind = 'settlement' and undone_at is null
      and subject_id = new.id || case when old.payouts = 0 then '' else ':' || old.payouts end)
  then
    raise exception '% was not counted against a limit', new.code
      using errcode = 'check_violation', constraint = 'limit_counted';
  end if;
  return new;
end $$;
drop trigger settlements_counted on settlements;
create trigger settlements_counted before update of status on settlements
  for each row when (new.status = 'approved' and (old.status = 'calculated'
    or old.status in ('failed', 'reversed') and new.approved_at is distinct from old.approved_at))
  execute function require_settlement_counted();

-- What was said and approved before this counted. It counts in nobody's limits.
insert into limit_uses (id, budget, kind, person, receiver, amount_idr, day_limit_idr, week_limit_idr, subject_kind, subject_id, used_at, undone_at)
select gen_random_uuid(), d.budget, d.kind, 'system:migration', 'nobody', d.amount_idr, 9007199254740991, 9007199254740991,
  d.subject_kind, d.id, d.at, d.at
from (
  select 'given' as budget, 'settlement_returned' as kind, 'payout' as subject_kind, id::text as id, amount_idr,
    coalesce(finished_at, created_at) as at
  from payouts
  where route = 'bank' and purpose = 'settlement' and factory_id is not null and failure_code = 'BANK_REJECTED'
    and (status = 'reversed' or status = 'failed' and in_file)
  union all
  select 'settlement', 'settlement', 'settlement', o.subject_id || ':' || substring(o.key from '[0-9]+$'), o.amount_idr,
    coalesce(o.finished_at, o.created_at)
  from payouts o
  where o.route = 'bank' and o.purpose = 'settlement' and o.failure_code = 'BANK_REJECTED' and o.status in ('failed', 'reversed')
) d
where not exists (select from limit_uses u where u.subject_id = d.id and u.kind = d.kind);
