-- An entry of the audit log by the system, a customer or a provider never reads like one of a member of staff: a name that somebody of the
-- staff has or had is kept with the kind before it.
create or replace function audit_names_who_acts() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  person record;
begin
  if written_by_owner(tg_relid) then return new; end if;
  if new.actor_kind = 'staff' then
    select * into person from acting_person();
    if new.actor_id = person.id then new.actor_name := person.name; else new.actor_id := null; end if;
  end if;
  if new.actor_id is null
    or new.actor_kind <> 'staff' and (new.actor_name = 'owner' or new.actor_id = 'owner'
      or exists (select from staff where id::text = new.actor_id))
    -- The owner's functions and the owner write these entries.
    or new.command ~ '^(auth (staff|factor)|db) ' and (new.command <> 'db keys rewrite' or new.actor_kind <> 'staff')
  then
    raise exception 'the entry "%" of the audit log in the name of % % is refused: they have shown no token in this transaction',
      new.command, new.actor_kind, new.actor_name using errcode = 'insufficient_privilege';
  end if;
  if new.actor_kind <> 'staff' and exists (select from staff_names where lower(name) in (lower(new.actor_name), lower(new.actor_id))) then
    new.actor_name := new.actor_kind || ':' || new.actor_name;
    new.actor_id := new.actor_kind || ':' || new.actor_id;
  end if;
  return new;
end $$;
