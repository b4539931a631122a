-- A member of staff is not called as a role or as a kind of actor: "approved by finance" would not say which person it was. Names of
-- before stay as they are until somebody is renamed.
create or replace function keep_staff_name() returns trigger language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  if tg_op = 'INSERT' or new.name <> old.name then
    if new.name !~ '^[A-Za-z0-9_][A-Za-z0-9_.-]{1,59}$'
      or regexp_replace(new.name, '[^A-Za-z0-9]', '', 'g') ~* '^(urn)?(uuid)?[0-9a-f]{32}$'
      or regexp_replace(lower(new.name), '[^a-z0-9]', '', 'g') in ('owner', 'system', 'laku', 'support', 'warehouse', 'finance',
        'agent', 'service', 'admin', 'administrator', 'staff', 'customer', 'provider')
    then
      raise exception 'the name % is none of a person', new.name using errcode = 'check_violation', constraint = 'staff_name_plain';
    end if;
  end if;
  if exists (select from staff_names where lower(name) = lower(new.name) and staff_id <> new.id) then
    raise exception 'the name % is or was somebody else''s', new.name
      using errcode = 'unique_violation', constraint = 'staff_name_any_case';
  end if;
  insert into staff_names (name, staff_id) values (new.name, new.id) on conflict do nothing;
  return null;
end $$;
