-- People of the staff: names that mean one person for good, tokens that are renewed, roles that change, and who let whom in.

alter table staff
  -- who let them in, one step up; null: the owner of the database. `vouched_by` is the administrator at the root, as versions before ask it.
  add column let_in_by uuid references staff,
  -- since when they have had their role, and who gave it
  add column role_since timestamptz not null default shop_now(),
  add column role_by uuid references staff;
-- What the audit log says of those who are there.
update staff s set role_since = s.created_at, let_in_by = coalesce((
  select one.id from audit_log a join staff one on one.id::text = a.actor_id
  where a.command = 'auth staff add' and a.subject_kind = 'staff' and a.subject_id = s.id::text and a.actor_kind = 'staff'
    and a.after ? 'role' order by a.id limit 1), s.vouched_by);
update staff set role_by = let_in_by;

alter table staff_tokens
  -- null: it has no end, which only a service's token may have
  alter column expires_at drop not null,
  -- who gave it, and so saw it; null: the owner of the database
  add column given_by uuid references staff;
update staff_tokens t set given_by = (
  select one.id from audit_log a join staff one on one.id::text = a.actor_id
  where a.command = 'auth staff add' and a.subject_id = t.staff_id::text and a.actor_kind = 'staff' and a.after ->> 'tokenId' = t.id::text
  limit 1);

-- Every name that anybody has had. Rows of before name people by it ("staff:ana"), so it is nobody else's for good.
create table staff_names (
  name text primary key,
  staff_id uuid not null references staff
);
create index staff_names_any_case on staff_names (lower(name));
insert into staff_names (name, staff_id) select name, id from staff;

-- Names that read like an id get a word before them; of those that differ by case alone the eldest keeps its own.
do $$
declare
  one staff;
  base text;
  fresh text;
  n integer;
begin
  for one in select * from staff order by created_at, id loop
    base := case when replace(one.name, '-', '') ~* '^[0-9a-f]{32}$' then 'staff-' || one.name else one.name end;
    fresh := base;
    n := 1;
    while exists (
      select from staff_names o join staff s on s.id = o.staff_id
      where lower(o.name) = lower(fresh) and o.staff_id <> one.id and (o.name <> s.name or (s.created_at, s.id) < (one.created_at, one.id)))
    loop
      n := n + 1;
      fresh := base || '-' || n;
    end loop;
    if fresh <> one.name then
      update staff set name = fresh where id = one.id;
      insert into staff_names (name, staff_id) values (fresh, one.id) on conflict do nothing;
      insert into audit_log (id, actor_kind, actor_id, actor_name, command, subject_kind, subject_id, before, after, occurred_at)
        values (next_id(), 'system', 'owner', 'owner', 'db migrate', 'staff', one.id::text, jsonb_build_object('name', one.name),
          jsonb_build_object('name', fresh), shop_now());
    end if;
  end loop;
end $$;

alter table staff add constraint staff_name_no_id check (replace(name, '-', '') !~* '^[0-9a-f]{32}$');
create unique index staff_name_any_case on staff (lower(name));

create function keep_staff_name() returns trigger language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  if exists (select from staff_names where lower(name) = lower(new.name) and staff_id <> new.id) then
    raise exception 'the name % is or was somebody else''s', new.name
      using errcode = 'unique_violation', constraint = 'staff_name_any_case';
  end if;
  insert into staff_names (name, staff_id) values (new.name, new.id) on conflict do nothing;
  return null;
end $$;
create trigger staff_name_kept after insert or update of name on staff for each row execute function keep_staff_name();

create or replace function staff_named(word text) returns uuid language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select id from staff where id::text = word
  union all select staff_id from staff_names where word like 'staff:%' and name = substr(word, 7)
  limit 1
$$;

-- Whether the first let the second in, or whoever did, however long the chain.
create function let_in(first uuid, second uuid) returns boolean language sql stable set search_path = pg_catalog, public, pg_temp as $$
  with recursive up(id) as (
    select let_in_by from staff where id = second and let_in_by is not null
    union select s.let_in_by from staff s join up on s.id = up.id where s.let_in_by is not null
  )
  select exists (select from up where id = first)
$$;

-- Another person: neither let the other in. What may change with time is asked by second_person_refusal, when somebody decides.
create or replace function is_second_person(first text, second text) returns boolean
  language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select second is distinct from first and staff_named(first) is distinct from coalesce(staff_named(second), gen_random_uuid())
    and not let_in(staff_named(first), staff_named(second)) and not let_in(staff_named(second), staff_named(first))
$$;

create or replace function acting_administrator(token text) returns staff
  language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  found_one staff;
begin
  found_one := acting_staff(token);
  if found_one.role <> 'admin' then perform refuse_with('kernel.forbidden'); end if;
  return found_one;
end $$;

-- Who holds this token, while it is good and they are; anybody of the staff.
create function acting_staff(token text) returns staff
  language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  found_one staff;
begin
  select s.* into found_one from staff_tokens t join staff s on s.id = t.staff_id
    where t.token_hash = translate(encode(sha256(convert_to(token, 'UTF8')), 'base64'), '+/=', '-_')
      and t.revoked_at is null and (t.expires_at is null or t.expires_at > shop_now()) and s.status = 'active';
  if found_one.id is null then perform refuse_with('kernel.forbidden'); end if;
  return found_one;
end $$;

-- Notes what was done to somebody of the staff, and sends word of it to all of finance: whoever did it does not put that word away.
create function note_and_tell(actor staff, reason text, request_id text, command text, of_staff uuid, was jsonb, is_now jsonb, message text)
  returns void language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  noted uuid := next_id();
begin
  insert into audit_log (id, actor_kind, actor_id, actor_name, reason, command, subject_kind, subject_id, before, after, request_id,
    occurred_at)
  values (noted, 'staff', actor.id::text, actor.name, reason, command, 'staff', of_staff::text, was, is_now, request_id, shop_now());
  insert into attention (id, kind, subject_kind, subject_id, message, command, details, since)
  values (next_id(), 'staff_changed', 'audit_entry', noted::text, message, 'laku audit show ' || noted,
    jsonb_build_object('staffId', of_staff, 'byId', actor.id), shop_now());
end $$;

create or replace function staff_add(token text, new_id uuid, new_name text, new_role text, reason text, request_id text) returns void
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  actor staff := acting_administrator(token);
begin
  begin
    insert into staff (id, name, role, status, vouched_by, let_in_by, role_by, role_since, created_at)
      values (new_id, new_name, new_role, 'active', coalesce(actor.vouched_by, actor.id), actor.id, actor.id, shop_now(), shop_now());
  exception
    when unique_violation then perform refuse_with('auth.staff_name_taken');
    when check_violation then perform refuse_with('auth.staff_name_refused');
  end;
  perform note_and_tell(actor, reason, request_id, 'auth staff add', new_id, null,
    jsonb_build_object('name', new_name, 'role', new_role), format('%s let %s in as %s', actor.name, new_name, new_role));
end $$;

-- A token's end: days from now for a person; a service's may have none.
create function token_end(holder staff, days integer) returns timestamptz
  language plpgsql stable set search_path = pg_catalog, public, pg_temp as $$
begin
  if days is null and holder.role <> 'service' then perform refuse_with('auth.token_needs_end'); end if;
  if days is not null and days not between 1 and 366 then perform refuse_with('kernel.forbidden'); end if;
  return shop_now() + make_interval(days => days);
end $$;

-- An administrator's token is given by whoever let them in, and by themselves: nobody else holds a colleague's keys to the house.
create function require_giver(actor staff, holder staff) returns void
  language plpgsql stable set search_path = pg_catalog, public, pg_temp as $$
begin
  if holder.role = 'admin' and actor.id <> holder.id and not let_in(actor.id, holder.id) then
    perform refuse_with('auth.in_other_hands');
  end if;
end $$;

create or replace function staff_give_token(token text, new_id uuid, for_staff uuid, new_hash text, days integer, reason text, request_id text)
  returns timestamptz language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  actor staff := acting_administrator(token);
  holder staff;
  ends timestamptz;
begin
  select * into holder from staff where id = for_staff and status = 'active';
  if holder.id is null then perform refuse_with('auth.staff_not_found'); end if;
  perform require_giver(actor, holder);
  if new_hash !~ '^[A-Za-z0-9_-]{43}$' then perform refuse_with('kernel.forbidden'); end if;
  ends := token_end(holder, days);
  insert into staff_tokens (id, staff_id, token_hash, created_at, expires_at, given_by)
    values (new_id, for_staff, new_hash, shop_now(), ends, actor.id);
  perform note_by_staff(actor, reason, request_id, 'auth staff add', 'staff', for_staff::text, null,
    jsonb_build_object('tokenId', new_id, 'expiresAt', ends));
  return ends;
end $$;

-- A new token in place of those that are good, which end now, or after an overlap. Returns when the new one ends; null: it has no end.
create function staff_renew(token text, new_id uuid, of_staff uuid, new_hash text, days integer, overlap_s integer, reason text,
  request_id text) returns timestamptz language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  actor staff := acting_administrator(token);
  holder staff;
  ends timestamptz;
  replaced integer;
begin
  select * into holder from staff where id = of_staff and status = 'active' for no key update;
  if holder.id is null then perform refuse_with('auth.staff_not_found'); end if;
  perform require_giver(actor, holder);
  if overlap_s not between 0 and 30 * 86400 or new_hash !~ '^[A-Za-z0-9_-]{43}$' then perform refuse_with('kernel.forbidden'); end if;
  ends := token_end(holder, days);
  update staff_tokens set
      revoked_at = case when overlap_s = 0 then shop_now() end,
      expires_at = case when overlap_s = 0 then expires_at else least(expires_at, shop_now() + make_interval(secs => overlap_s)) end
    where staff_id = of_staff and revoked_at is null and (expires_at is null or expires_at > shop_now());
  get diagnostics replaced = row_count;
  insert into staff_tokens (id, staff_id, token_hash, created_at, expires_at, given_by)
    values (new_id, of_staff, new_hash, shop_now(), ends, actor.id);
  perform note_and_tell(actor, reason, request_id, 'auth staff renew', of_staff, jsonb_build_object('tokens', replaced),
    jsonb_build_object('tokenId', new_id, 'expiresAt', ends, 'overlapS', overlap_s),
    format('%s renewed the token of %s', actor.name, holder.name));
  return ends;
end $$;

-- Another name for the same person; the one before stays theirs.
create function staff_rename(token text, of_staff uuid, new_name text, reason text, request_id text) returns void
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  actor staff := acting_administrator(token);
  holder staff;
begin
  select * into holder from staff where id = of_staff for update;
  if holder.id is null then perform refuse_with('auth.staff_not_found'); end if;
  begin
    update staff set name = new_name where id = of_staff;
  exception
    when unique_violation then perform refuse_with('auth.staff_name_taken');
    when check_violation then perform refuse_with('auth.staff_name_refused');
  end;
  perform note_and_tell(actor, reason, request_id, 'auth staff rename', of_staff, jsonb_build_object('name', holder.name),
    jsonb_build_object('name', new_name), format('%s renamed %s: they are called %s now', actor.name, holder.name, new_name));
end $$;

-- Another role. Nobody gives themselves one; a token without end gets one where its holder is no service any more.
create function staff_set_role(token text, of_staff uuid, new_role text, reason text, request_id text) returns void
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  actor staff := acting_administrator(token);
  holder staff;
begin
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
  perform note_by_staff(actor, reason, request_id, 'auth staff revoke', 'staff', of_staff::text,
    jsonb_build_object('status', holder.status, 'tokens', ended), jsonb_build_object('status', status_now, 'tokens', 0));
  return ended;
end $$;

do $$
declare
  one regprocedure;
begin
  for one in
    select p.oid::regprocedure from pg_proc p where p.pronamespace = 'public'::regnamespace
      and p.proname in ('acting_staff', 'note_and_tell', 'staff_renew', 'staff_rename', 'staff_set_role')
  loop
    execute format('revoke all on function %s from public', one);
  end loop;
end $$;
