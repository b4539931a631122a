-- A short name of this installation, made as its database is. What is sent to the payment provider is called by it, so that what another
-- one sent under the same account (a copy, a test, a shop of before) is not taken for ours.
create table installation (
  one boolean primary key default true check (one),
  id text not null default upper(left(replace(gen_random_uuid()::text, '-', ''), 6)) check (id ~ '^[0-9A-F]{6}$'),
  made_at timestamptz not null default now()
);
insert into installation default values;
create trigger installation_stays before update or delete on installation for each row execute function refuse_change();
