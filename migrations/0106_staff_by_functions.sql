-- Staff, their tokens and the clock are written by these functions alone, each of which sees for itself who acts: the application's
-- connection let anybody who held it in as an administrator. A token is proven here by the token, for its hash can be read.

-- The time of laku: the database's, and development's shift.
create function shop_now() returns timestamptz language sql stable set search_path = pg_catalog, public, pg_temp as
  $$ select now() + make_interval(secs => (select shift_s from public.clock)) $$;

-- An id after all that were made before, as laku makes them (UUID version 7): the audit log is read by it.
create function next_id() returns uuid language sql volatile set search_path = pg_catalog, public, pg_temp as $$
  select (lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0') || '7' || substr(random, 14))::uuid
  from (select replace(gen_random_uuid()::text, '-', '') as random) r
$$;

-- Refuses by the code of an error of laku's, which the domain turns into its own (LK001).
create function refuse_with(code text) returns void language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  raise exception '%', code using errcode = 'LK001';
end $$;

-- Who holds this token, while it is good and they are.
create function acting_administrator(token text) returns staff
  language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  found_one staff;
begin
  select s.* into found_one from staff_tokens t join staff s on s.id = t.staff_id
    where t.token_hash = translate(encode(sha256(convert_to(token, 'UTF8')), 'base64'), '+/=', '-_')
      and t.revoked_at is null and t.expires_at > shop_now() and s.status = 'active';
  if found_one.id is null or found_one.role <> 'admin' then perform refuse_with('kernel.forbidden'); end if;
  return found_one;
end $$;

create function note_by_staff(actor staff, reason text, request_id text, command text, subject_kind text, subject_id text, was jsonb, is_now jsonb)
  returns void language sql set search_path = pg_catalog, public, pg_temp as $$
  insert into audit_log (id, actor_kind, actor_id, actor_name, reason, command, subject_kind, subject_id, before, after, request_id,
    occurred_at)
  values (next_id(), 'staff', actor.id::text, actor.name, reason, command, subject_kind, subject_id, was, is_now, request_id,
    shop_now())
$$;

-- A new member of staff, in the hands of who lets them in. Returns nothing; refuses a name that is taken.
create function staff_add(token text, new_id uuid, new_name text, new_role text, reason text, request_id text) returns void
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  actor staff := acting_administrator(token);
begin
  insert into staff (id, name, role, status, vouched_by, created_at)
    values (new_id, new_name, new_role, 'active', coalesce(actor.vouched_by, actor.id), shop_now()) on conflict do nothing;
  if not found then perform refuse_with('auth.staff_name_taken'); end if;
  perform note_by_staff(actor, reason, request_id, 'auth staff add', 'staff', new_id::text, null,
    jsonb_build_object('name', new_name, 'role', new_role));
end $$;

-- A token for a member of staff, by its hash, from the administrator in whose hands they are. Returns when it ends.
create function staff_give_token(token text, new_id uuid, for_staff uuid, new_hash text, days integer, reason text, request_id text)
  returns timestamptz language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  actor staff := acting_administrator(token);
  holder staff;
  ends timestamptz := shop_now() + make_interval(days => days);
begin
  select * into holder from staff where id = for_staff and status = 'active';
  if holder.id is null then perform refuse_with('auth.staff_not_found'); end if;
  if coalesce(actor.vouched_by, actor.id) <> coalesce(holder.vouched_by, holder.id) then perform refuse_with('auth.in_other_hands'); end if;
  if days not between 1 and 366 or new_hash !~ '^[A-Za-z0-9_-]{43}$' then perform refuse_with('kernel.forbidden'); end if;
  insert into staff_tokens (id, staff_id, token_hash, created_at, expires_at) values (new_id, for_staff, new_hash, shop_now(), ends);
  perform note_by_staff(actor, reason, request_id, 'auth staff add', 'staff', for_staff::text, null,
    jsonb_build_object('tokenId', new_id, 'expiresAt', ends));
  return ends;
end $$;

-- Ends all tokens of a member of staff; with `suspend` they get no new ones. Returns how many were good until now.
create function staff_end_tokens(token text, of_staff uuid, suspend boolean, reason text, request_id text) returns integer
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
  update staff_tokens set revoked_at = shop_now() where staff_id = of_staff and revoked_at is null and expires_at > shop_now();
  get diagnostics ended = row_count;
  status_now := case when suspend then 'suspended' else holder.status end;
  update staff set status = status_now where id = of_staff and status <> status_now;
  perform note_by_staff(actor, reason, request_id, 'auth staff revoke', 'staff', of_staff::text,
    jsonb_build_object('status', holder.status, 'tokens', ended), jsonb_build_object('status', status_now, 'tokens', 0));
  return ended;
end $$;

-- Moves the clock of a development database into the future. Returns by how many seconds it is shifted then.
create function clock_shift(token text, seconds bigint, reason text, request_id text) returns bigint
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  actor staff := acting_administrator(token);
  shifted bigint;
begin
  if not exists (select from database_environment where name = 'development') or seconds < 0 then
    perform refuse_with('kernel.clock_is_real');
  end if;
  update clock set shift_s = shift_s + seconds returning shift_s into shifted;
  perform note_by_staff(actor, reason, request_id, 'db shift-clock', 'clock', 'clock', jsonb_build_object('shiftS', shifted - seconds),
    jsonb_build_object('shiftS', shifted));
  return shifted;
end $$;

-- PostgreSQL lets everybody run a new function; these are for whom migrate.ts names, and the rest for nobody but their owner.
do $$
declare
  one regprocedure;
begin
  for one in
    select p.oid::regprocedure from pg_proc p where p.pronamespace = 'public'::regnamespace
      and p.proname in ('acting_administrator', 'note_by_staff', 'staff_add', 'staff_give_token', 'staff_end_tokens', 'clock_shift')
  loop
    execute format('revoke all on function %s from public', one);
  end loop;
end $$;
