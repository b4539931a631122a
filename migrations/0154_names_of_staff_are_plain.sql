-- Names of staff are written in letters and digits that everybody can tell apart, read like no id, and are not what the audit log calls
-- the owner and laku itself. Names of before stay as they are until somebody is renamed.
create or replace function keep_staff_name() returns trigger language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  if tg_op = 'INSERT' or new.name <> old.name then
    if new.name !~ '^[A-Za-z0-9_][A-Za-z0-9_.-]{1,59}$'
      or regexp_replace(new.name, '[^A-Za-z0-9]', '', 'g') ~* '^(urn)?(uuid)?[0-9a-f]{32}$'
      or lower(new.name) in ('owner', 'system', 'laku')
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

-- A further token of somebody who had one is told to all of finance, as a renewal is: who gave it has seen it.
create or replace function staff_give_token(token text, new_id uuid, for_staff uuid, new_hash text, days integer, reason text,
  request_id text) returns timestamptz language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  actor staff := acting_administrator(token);
  holder staff;
  ends timestamptz;
  had boolean;
begin
  select * into holder from staff where id = for_staff and status = 'active' for no key update;
  if holder.id is null then perform refuse_with('auth.staff_not_found'); end if;
  perform require_giver(actor, holder);
  if new_hash !~ '^[A-Za-z0-9_-]{43}$' then perform refuse_with('kernel.forbidden'); end if;
  ends := token_end(holder, days);
  had := exists (select from staff_tokens where staff_id = for_staff);
  insert into staff_tokens (id, staff_id, token_hash, created_at, expires_at, given_by)
    values (new_id, for_staff, new_hash, shop_now(), ends, actor.id);
  if had then
    perform note_and_tell(actor, reason, request_id, 'auth staff add', for_staff, null,
      jsonb_build_object('tokenId', new_id, 'expiresAt', ends), format('%s gave %s another token', actor.name, holder.name));
  else
    perform note_by_staff(actor, reason, request_id, 'auth staff add', 'staff', for_staff::text, null,
      jsonb_build_object('tokenId', new_id, 'expiresAt', ends));
  end if;
  return ends;
end $$;
