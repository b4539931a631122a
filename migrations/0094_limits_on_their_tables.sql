-- What gives money away is counted, and done by two persons, by the database, on the table of each kind (docs/adr/0057, 0073).

create function require_counted() returns trigger language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  -- the kind that it is counted as, and the subject where that is another row than this one
  counted text := tg_argv[0];
  subject text := new.id::text;
begin
  if tg_argv[1] = 'order' then subject := split_part(new.key, ':', 2); end if;
  if not exists (select from limit_uses where subject_id = subject and kind = counted and undone_at is null) then
    raise exception '% % was not counted against a limit', tg_table_name, subject
      using errcode = 'check_violation', constraint = 'limit_counted';
  end if;
  return new;
end $$;

-- Returns: the goods' price goes back at the factory's or the company's cost.
create trigger returns_counted before insert or update of status on order_returns
  for each row when (new.status = 'accepted' and new.refund_idr > 0) execute function require_counted('return');

-- Orders that were set failed, and those that came back: what their buyers get.
create trigger failed_orders_counted before insert on refunds
  for each row when (new.key like 'order:%:lost' and new.part_of is null) execute function require_counted('order_failed', 'order');
create trigger undeliverable_orders_counted before insert on refunds
  for each row when (new.key like 'order:%:undeliverable' and new.part_of is null) execute function require_counted('undeliverable', 'order');

-- Money in quarantine that is given to somebody; what goes back to who paid it is given to nobody.
create trigger quarantine_applied_counted before insert or update of status on quarantined_money
  for each row when (new.status = 'applied') execute function require_counted('quarantine');
create function require_quarantine_counted() returns trigger language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  if not exists (select from limit_uses where subject_id = new.quarantine_id::text and kind = 'quarantine' and undone_at is null) then
    raise exception 'quarantined_money % was not counted against a limit', new.quarantine_id
      using errcode = 'check_violation', constraint = 'limit_counted';
  end if;
  return new;
end $$;
create trigger quarantine_refunded_counted before insert on refunds
  for each row when (new.quarantine_id is not null and new.destination = 'wallet' and new.status = 'succeeded')
  execute function require_quarantine_counted();

-- Suspense: what a fact says (an adoption finds the owner of the account that a payout went to) nobody decides.
alter table suspense_items add column by_fact boolean not null default false,
  add constraint suspense_facts check (not by_fact or (kind in ('payout', 'refund') and status in ('offset', 'wallet', 'reassigned')));
create trigger suspense_counted before insert or update of status on suspense_items
  for each row when (new.status in ('offset', 'wallet', 'collected', 'written_off', 'reassigned') and not new.by_fact)
  execute function require_counted('suspense');

-- Debts of factories have no table: their posting is held.
create function require_write_off_counted() returns trigger language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  if not exists (
    select from limit_uses where subject_id = split_part(new.key, ':', 4) and kind = 'write_off' and undone_at is null) then
    raise exception '% was not counted against a limit', new.key using errcode = 'check_violation', constraint = 'limit_counted';
  end if;
  return new;
end $$;
create trigger write_offs_counted before insert on ledger_transactions
  for each row when (new.kind = 'factory.written_off') execute function require_write_off_counted();

-- A second person is one in other hands, not another name.
alter table payouts drop constraint payouts_dead_by_two,
  add constraint payouts_dead_by_two check (dead_by is null or (dead_asked_by is not null and is_second_person(dead_asked_by, dead_by)));
alter table limit_clearances drop constraint clearance_of_another,
  add constraint clearance_of_another check (used_by is null or is_second_person(given_by, used_by));
alter table refunds add column dead_confirmed_by text,
  add constraint refunds_dead_by_two check (
    failure_code is distinct from 'DECLARED_DEAD' or status <> 'failed'
    or (dead_declared_by is not null and dead_confirmed_by is not null and is_second_person(dead_declared_by, dead_confirmed_by)));
