-- All of finance hears when somebody's tokens end: an administrator could take a colleague's access away in silence. A suspended person
-- may come back: an administrator activates them. They get no token by it, their factor ends, and their role counts from then on.
create or replace function staff_end_tokens(token text, of_staff uuid, suspend boolean, reason text, request_id text) returns integer
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  actor staff := acting_administrator(token);
  holder staff;
  ended integer;
  status_now text;
begin
  select * into holder from staff where id = of_staff for no key update;
  if holder.id is null then perform refuse_with('auth.staff_not_found'); end if;
  if suspend and actor.id = holder.id then perform refuse_with('auth.own_rights'); end if;
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

create function staff_activate(token text, of_staff uuid, reason text, request_id text) returns void
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  actor staff := acting_administrator(token);
  holder staff;
  moment timestamptz := shop_now();
begin
  select * into holder from staff where id = of_staff for no key update;
  if holder.id is null then perform refuse_with('auth.staff_not_found'); end if;
  if holder.status <> 'suspended' then perform refuse_with('auth.staff_active'); end if;
  update staff_factors set ended_at = moment, ended_by = actor.id, secret_sealed = null where staff_id = of_staff and ended_at is null;
  update staff_tokens set revoked_at = moment where staff_id = of_staff and revoked_at is null;
  update staff set status = 'active', role_since = moment, role_by = actor.id where id = of_staff;
  perform note_and_tell(actor, reason, request_id, 'auth staff activate', of_staff, jsonb_build_object('status', holder.status),
    jsonb_build_object('status', 'active'), format('%s activated %s again as %s', actor.name, holder.name, holder.role));
end $$;
revoke all on function staff_activate(text, uuid, text, text) from public;
