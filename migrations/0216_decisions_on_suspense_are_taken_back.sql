-- A decision about money in suspense is taken back by an opposite posting, and an item may be split into two. `undos` counts how
-- often a decision about the item was taken back: each posting and each count has its number (docs/adr/0178).
alter table suspense_items add column undos integer not null default 0 check (undos >= 0),
  drop constraint suspense_items_status_check,
  add constraint suspense_items_status_check check (status in (
    'open', 'requested', 'cleared', 'split', 'offset', 'wallet', 'collected', 'written_off', 'reassigned'));

-- To take a decision back gives its money to somebody too, so it is counted. Each of them counts by itself.
create function require_undo_counted() returns trigger
language plpgsql
set search_path to 'pg_catalog', 'public', 'pg_temp'
as $$
begin
  if not exists (
    select from limit_uses where kind = 'suspense_undone' and subject_id = new.id || ':' || (old.undos + 1) and undone_at is null)
    or new.undos <> old.undos + 1
  then
    raise exception 'the decision about % was taken back and not counted against a limit', new.code
      using errcode = 'check_violation', constraint = 'limit_counted';
  end if;
  return new;
end $$;
create trigger suspense_undo_counted before update of status on suspense_items for each row
  when (new.status in ('open', 'requested') and old.status not in ('open', 'requested'))
  execute function require_undo_counted();
