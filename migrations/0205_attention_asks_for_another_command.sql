-- An item that is raised again with another command names that command, because the old one may no longer help.
-- The command of a resolved item, and of an item about staff, stays as it was raised.
create or replace function attention_names_who_acts() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  person record;
  age interval := shop_now() - new.since;
  is_over boolean := coalesce(new.kind = 'staff_changed' and age >= interval '7 days'
    or new.kind = 'factor_guessed' and age >= interval '1 day', false);
begin
  if written_by_owner(tg_relid) then return new; end if;
  if tg_op = 'INSERT' then
    if new.kind = 'staff_changed' then
      raise exception 'the application does not write %: the owner''s functions do', new.kind using errcode = 'insufficient_privilege';
    end if;
    return new;
  end if;
  if (old.resolved_at is not null or old.kind = 'staff_changed')
    and row (new.times, new.message, new.command, new.details)
      is distinct from row (old.times, old.message, old.command, old.details)
    or old.resolved_at is not null
    and row (new.resolved_at, new.resolved_by, new.resolution) is distinct from row (old.resolved_at, old.resolved_by, old.resolution)
  then
    raise exception 'the attention item % is not written again', old.id using errcode = 'insufficient_privilege';
  end if;
  if new.resolved_at is null or old.resolved_at is not null then return new; end if;
  if new.resolved_by is null then
    raise exception 'an attention item is resolved by somebody' using errcode = 'insufficient_privilege';
  end if;
  if new.resolved_by not like 'staff:%' and new.kind not in ('staff_changed', 'factor_guessed', 'way_in_stopped', 'ledger_chain_broken')
  then
    return new;
  end if;
  select * into person from acting_person();
  if new.resolved_by like 'staff:%' and new.resolved_by is distinct from 'staff:' || person.name
    or new.resolved_by not like 'staff:%' and person.id is null and not is_over
    or new.kind = 'staff_changed' and not is_over and (new.details ->> 'byId' is not distinct from person.id
      or not exists (select from staff where id::text = person.id and role in ('finance', 'admin')))
  then
    raise exception 'the attention item % (%) is resolved by who shows a token that may', old.id, old.kind
      using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
