-- A command that failed before its change was made has done nothing under its idempotency key (ADR 0184). Its run stays, with its output,
-- under its id. The key is free, so that the same command can be run under it once the cause is gone.
alter table command_runs add column key_is_free boolean not null default false;
alter table command_runs add constraint command_runs_key_is_free_check
  check (not key_is_free or ended_at is not null and exit_code not in (0, 8) and kept is null);
alter table command_runs drop constraint command_runs_staff_id_key_key;
create unique index command_runs_key on command_runs (staff_id, key) where not key_is_free;

-- As in 0173; besides, the key of a run that has ended is neither freed nor taken later.
create or replace function command_runs_stay() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  refused boolean;
begin
  if written_by_owner(tg_relid) then return coalesce(new, old); end if;
  refused := case tg_op
    when 'INSERT' then new.staff_id::text is distinct from (select id from acting_person())
    when 'UPDATE' then old.kept is not null and new.kept is null
      or new.attempt not between old.attempt and old.attempt + 1
      or old.ended_at is not null
        and row (new.attempt, new.seen_at, new.ended_at, new.exit_code, new.stop_asked_at, new.key_is_free)
        is distinct from row (old.attempt, old.seen_at, old.ended_at, old.exit_code, old.stop_asked_at, old.key_is_free)
    -- One that asked its person something before it changed anything is forgotten, and any after ninety days.
    else old.started_at > now() - interval '90 days' and (old.ended_at is not null or old.kept is not null)
  end;
  if refused then
    raise exception '% of the run % of a command is refused', lower(tg_op), coalesce(new.id, old.id) using errcode = 'insufficient_privilege';
  end if;
  return coalesce(new, old);
end $$;
