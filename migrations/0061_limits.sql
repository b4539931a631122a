-- What a person may do alone, counted over all doors by who acts, who receives, and time (docs/adr/0057).

-- The member of staff that a word of a row means: their id, or `staff:` and their name. Null: somebody else, or nobody that is known.
create function staff_named(word text) returns uuid language sql stable as $$
  select id from staff where id::text = word or 'staff:' || name = word limit 1
$$;

-- Another person, and not in the same hands (docs/adr/0040).
create function is_second_person(first text, second text) returns boolean language sql stable as $$
  select second is distinct from first and staff_named(first) is distinct from coalesce(staff_named(second), gen_random_uuid())
    and not exists (
      select from staff a join staff b on coalesce(a.vouched_by, a.id) = coalesce(b.vouched_by, b.id)
      where a.id = staff_named(first) and b.id = staff_named(second))
$$;

create table limit_uses (
  id uuid primary key,
  -- what is counted together
  budget text not null check (budget in ('given', 'settlement', 'withdrawal')),
  kind text not null,
  -- who did it, and who allowed it where that was needed
  person text not null,
  second_person text,
  -- whose the money is then: user:…, factory:…; and the account that it goes to, where it leaves
  receiver text not null,
  account text,
  amount_idr bigint not null check (amount_idr > 0),
  -- the limits that held: for one person, and for one receiver, within a day and within seven
  day_limit_idr bigint not null check (day_limit_idr >= 0),
  week_limit_idr bigint not null check (week_limit_idr >= 0),
  subject_kind text not null,
  subject_id text not null,
  used_at timestamptz not null,
  -- it came to nothing, and counts no more
  undone_at timestamptz,
  unique (subject_id, kind)
);
create index limit_uses_of_person on limit_uses (budget, person, used_at) where second_person is null and undone_at is null;
create index limit_uses_of_receiver on limit_uses (budget, receiver, used_at) where second_person is null and undone_at is null;
create index limit_uses_of_account on limit_uses (budget, account, used_at)
  where account is not null and second_person is null and undone_at is null;

-- One counter, asked by one at a time for the same person, receiver or account: in one order, so that no two wait for each other.
create function lock_limit(counted text, who text, whom text, account text) returns void language plpgsql as $$
declare
  word text;
begin
  for word in select distinct w from unnest(array['p ' || who, 'r ' || whom, 'a ' || account]) as w where w is not null order by w loop
    perform pg_advisory_xact_lock(hashtextextended('limit ' || counted || ' ' || word, 0));
  end loop;
end $$;

-- The most that anybody of these did alone since an instant, but for one subject.
create function used_alone(counted text, who text, whom text, acc text, since timestamptz, except_kind text, except_subject text)
  returns bigint language sql stable as $$
  select greatest(
    (select coalesce(sum(amount_idr), 0) from limit_uses where budget = counted and person = who and used_at > since
      and second_person is null and undone_at is null and (kind, subject_id) is distinct from (except_kind, except_subject)),
    (select coalesce(sum(amount_idr), 0) from limit_uses where budget = counted and receiver = whom and used_at > since
      and second_person is null and undone_at is null and (kind, subject_id) is distinct from (except_kind, except_subject)),
    (select coalesce(sum(amount_idr), 0) from limit_uses where budget = counted and account = acc and used_at > since
      and second_person is null and undone_at is null and (kind, subject_id) is distinct from (except_kind, except_subject)))::bigint
$$;

create function hold_limit() returns trigger language plpgsql as $$
begin
  if new.undone_at is not null then return new; end if;
  if new.second_person is not null then
    if not is_second_person(new.person, new.second_person) then
      raise exception '% % needs another person than %', new.kind, new.subject_id, new.person
        using errcode = 'check_violation', constraint = 'limit_second_person';
    end if;
    return new;
  end if;
  perform lock_limit(new.budget, new.person, new.receiver, new.account);
  if new.amount_idr + used_alone(new.budget, new.person, new.receiver, new.account, new.used_at - interval '1 day', new.kind,
      new.subject_id) > new.day_limit_idr
    or new.amount_idr + used_alone(new.budget, new.person, new.receiver, new.account, new.used_at - interval '7 days', new.kind,
      new.subject_id) > new.week_limit_idr then
    raise exception '% % is over what % may do alone', new.kind, new.subject_id, new.person
      using errcode = 'check_violation', constraint = 'limit_second_person';
  end if;
  return new;
end $$;
create trigger limit_held before insert or update of budget, person, second_person, receiver, amount_idr, used_at on limit_uses for each row execute function hold_limit();

create function keep_limit() returns trigger language plpgsql as $$
begin
  raise exception 'what was done alone is counted for good' using errcode = 'check_violation', constraint = 'limit_kept';
end $$;
create trigger limit_kept before delete on limit_uses for each row execute function keep_limit();

-- What a second person allowed beforehand where the thing itself has no state in which it waits for one: used once, within a day.
create table limit_clearances (
  id uuid primary key,
  kind text not null,
  subject_id text not null,
  amount_idr bigint not null check (amount_idr > 0),
  given_by text not null,
  reason text not null,
  given_at timestamptz not null,
  until timestamptz not null,
  used_by text,
  used_at timestamptz,
  constraint clearance_of_another check (used_by is distinct from given_by)
);
create index limit_clearances_open on limit_clearances (kind, subject_id) where used_at is null;

-- Nothing of these is done that the counter was not asked for, whatever code forgets to ask.
create function require_limit_use() returns trigger language plpgsql as $$
begin
  if not exists (select from limit_uses where subject_id = new.id::text and undone_at is null) then
    raise exception '% % was not counted against a limit', tg_table_name, new.id
      using errcode = 'check_violation', constraint = 'limit_counted';
  end if;
  return new;
end $$;
create trigger wallet_adjustments_counted before insert or update of status on wallet_adjustments
  for each row when (new.status = 'posted') execute function require_limit_use();
create trigger refunds_counted before insert on refunds
  for each row when (new.requested_by like 'staff:%' and new.status <> 'requested') execute function require_limit_use();
create trigger requested_refunds_counted before update of status on refunds
  for each row when (old.status = 'requested' and new.status <> 'rejected' and new.requested_by like 'staff:%')
  execute function require_limit_use();
create trigger settlements_counted before update of status on settlements
  for each row when (new.status = 'approved' and old.status = 'calculated') execute function require_limit_use();
-- Those that wait for their time were let go before anybody counted.
insert into limit_uses (id, budget, kind, person, receiver, amount_idr, day_limit_idr, week_limit_idr, subject_kind, subject_id, used_at)
select gen_random_uuid(), 'withdrawal', 'withdrawal', 'customer:' || user_id, 'user:' || user_id, amount_idr, 9007199254740991,
  9007199254740991, 'withdrawal', id::text, created_at
from withdrawals where status = 'held' and due_at is not null;
create trigger withdrawals_counted before update of status on withdrawals
  for each row when (new.status = 'approved' and old.status = 'held') execute function require_limit_use();
