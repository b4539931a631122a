-- Which database this is, so that a restored or promoted copy is recognised before it calls a provider: money that left after the copy
-- was made would leave again. Three marks: the cluster, its timeline (a promotion makes a new one), and the row's own transaction number
-- (a dump that is read back writes its rows anew, under other numbers).
create table database_identity (
  one boolean primary key default true check (one),
  system_id text not null,
  timeline text not null,
  written_in xid8 not null default pg_current_xact_id(),
  -- Server, port and name by which laku's processes reach it; null until the first worker says.
  place text,
  -- A restore by laku itself says so; no mark would show it.
  is_restored boolean not null default false
);

create function this_timeline() returns text language sql stable as
  $$ select substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) $$;

insert into database_identity (system_id, timeline) select (pg_control_system()).system_identifier::text, this_timeline();
