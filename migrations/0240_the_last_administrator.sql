-- An administrator could end all their own tokens where nobody else held a valid one: then nobody could let them in again. And two who
-- suspended or demoted each other at the same moment left no administrator. So these two functions run one after another, and each asks
-- who acts only when its turn has come.
create or replace function staff_end_tokens(token text, of_staff uuid, suspend boolean, reason text, request_id text) returns integer
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  actor staff;
  holder staff;
  ended integer;
  status_now text;
begin
  perform pg_advisory_xact_lock(hashtextextended('administrators', 0));
  actor := acting_administrator(token);
  select * into holder from staff where id = of_staff for no key update;
  if holder.id is null then perform refuse_with('auth.staff_not_found'); end if;
  if suspend and actor.id = holder.id then perform refuse_with('auth.own_rights'); end if;
  if actor.id = holder.id and not exists (
    select from staff s join staff_tokens t on t.staff_id = s.id
    where s.role = 'admin' and s.status = 'active' and s.id <> holder.id
      and t.revoked_at is null and (t.expires_at is null or t.expires_at > shop_now()))
  then
    perform refuse_with('auth.last_administrator');
  end if;
  update staff_tokens set revoked_at = shop_now()
    where staff_id = of_staff and revoked_at is null and (expires_at is null or expires_at > shop_now());
  get diagnostics ended = row_count;
  status_now := case when suspend then 'suspended' else holder.status end;
  update staff set status = status_now where id = of_staff and status <> status_now;
  perform note_and_tell(actor, reason, request_id, 'auth staff revoke', of_staff,
    jsonb_build_object('status', holder.status, 'tokens', ended), jsonb_build_object('status', status_now, 'tokens', 0),
    case when status_now <> holder.status then format('%s suspended %s and ended their %s tokens', actor.name, holder.name, ended)
      else format('%s ended %s tokens of %s', actor.name, ended, holder.name) end);
  return ended;
end $$;

create or replace function staff_set_role(token text, of_staff uuid, new_role text, reason text, request_id text) returns void
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  actor staff;
  holder staff;
begin
  perform pg_advisory_xact_lock(hashtextextended('administrators', 0));
  actor := acting_administrator(token);
  select * into holder from staff where id = of_staff and status = 'active' for no key update;
  if holder.id is null then perform refuse_with('auth.staff_not_found'); end if;
  if actor.id = holder.id then perform refuse_with('auth.own_rights'); end if;
  if holder.role = new_role then perform refuse_with('auth.role_held'); end if;
  update staff set role = new_role, role_since = shop_now(), role_by = actor.id where id = of_staff;
  if new_role <> 'service' then
    update staff_tokens set expires_at = shop_now() + interval '90 days'
      where staff_id = of_staff and revoked_at is null and expires_at is null;
  end if;
  perform note_and_tell(actor, reason, request_id, 'auth staff role', of_staff, jsonb_build_object('role', holder.role),
    jsonb_build_object('role', new_role), format('%s made %s %s: until now %s', actor.name, holder.name, new_role, holder.role));
end $$;
