-- The second person confirms by a factor that they enrolled themselves (TOTP): its secret, sealed by the vault, and the codes that counted.

create table staff_factors (
  id uuid primary key,
  staff_id uuid not null references staff,
  -- null once it has ended
  secret_sealed text,
  created_at timestamptz not null,
  -- when its first code was right; null: enrolling is under way
  confirmed_at timestamptz,
  ended_at timestamptz,
  -- who ended it: its holder by another one, or an administrator
  ended_by uuid references staff,
  constraint staff_factor_secret check ((secret_sealed is null) = (ended_at is not null))
);
create unique index staff_factor_of_staff on staff_factors (staff_id) where confirmed_at is not null and ended_at is null;
create unique index staff_factor_under_way on staff_factors (staff_id) where confirmed_at is null and ended_at is null;

-- A code counts once: its time step of 30 s, and for one command.
create table staff_factor_codes (
  factor_id uuid not null references staff_factors,
  step bigint not null,
  used_at timestamptz not null,
  primary key (factor_id, step)
);

-- Begins to enrol a factor for whoever holds the token. One that they have stays until the new one's first code, and a code of it
-- must have counted in the last five minutes: a borrowed token changes no factor.
create function factor_enrol(token text, new_id uuid, sealed text, reason text, request_id text) returns void
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  holder staff := acting_staff(token);
  has_one uuid;
begin
  perform from staff where id = holder.id for no key update;
  select id into has_one from staff_factors where staff_id = holder.id and confirmed_at is not null and ended_at is null;
  if has_one is not null and not exists (
    select from staff_factor_codes where factor_id = has_one and used_at > shop_now() - interval '5 minutes')
  then
    perform refuse_with('auth.factor_there');
  end if;
  update staff_factors set ended_at = shop_now(), ended_by = holder.id, secret_sealed = null
    where staff_id = holder.id and confirmed_at is null and ended_at is null;
  insert into staff_factors (id, staff_id, secret_sealed, created_at) values (new_id, holder.id, sealed, shop_now());
  perform note_by_staff(holder, reason, request_id, 'auth factor enrol', 'staff', holder.id::text, null,
    jsonb_build_object('factorId', new_id));
end $$;

-- Ends enrolling: a first code was right. The factor before ends.
create function factor_confirm(token text, of_factor uuid, of_step bigint, reason text, request_id text) returns timestamptz
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  holder staff := acting_staff(token);
  moment timestamptz := shop_now();
  ended integer;
begin
  perform from staff_factors where id = of_factor and staff_id = holder.id and confirmed_at is null and ended_at is null
    and created_at > moment - interval '1 hour' for update;
  if not found then perform refuse_with('auth.factor_not_begun'); end if;
  update staff_factors set ended_at = moment, ended_by = holder.id, secret_sealed = null
    where staff_id = holder.id and confirmed_at is not null and ended_at is null;
  get diagnostics ended = row_count;
  update staff_factors set confirmed_at = moment where id = of_factor;
  insert into staff_factor_codes (factor_id, step, used_at) values (of_factor, of_step, moment);
  perform note_and_tell(holder, reason, request_id, 'auth factor confirm', holder.id, jsonb_build_object('factors', ended),
    jsonb_build_object('factorId', of_factor, 'confirmedAt', moment), format('%s enrolled a second factor', holder.name));
  return moment;
end $$;

-- Burns a code of the holder's factor. False where it counted already.
create function factor_use(token text, of_factor uuid, of_step bigint) returns boolean
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  holder staff := acting_staff(token);
begin
  if not exists (select from staff_factors where id = of_factor and staff_id = holder.id and confirmed_at is not null and ended_at is null)
  then
    perform refuse_with('auth.factor_missing');
  end if;
  insert into staff_factor_codes (factor_id, step, used_at) values (of_factor, of_step, shop_now()) on conflict do nothing;
  return found;
end $$;

-- Takes the factor of somebody who lost it, by an administrator: they enrol another, which counts a day later.
create function factor_reset(token text, of_staff uuid, reason text, request_id text) returns void
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  actor staff := acting_administrator(token);
  holder staff;
  ended integer;
begin
  select * into holder from staff where id = of_staff for no key update;
  if holder.id is null then perform refuse_with('auth.staff_not_found'); end if;
  update staff_factors set ended_at = shop_now(), ended_by = actor.id, secret_sealed = null
    where staff_id = of_staff and ended_at is null;
  get diagnostics ended = row_count;
  if ended = 0 then perform refuse_with('auth.factor_missing'); end if;
  perform note_and_tell(actor, reason, request_id, 'auth factor reset', of_staff, jsonb_build_object('factors', ended),
    jsonb_build_object('factors', 0), format('%s reset the second factor of %s', actor.name, holder.name));
end $$;

-- Keeps secrets under another key: [{id, was, sealed}], each as it was read. By an administrator, while the encryption key rotates.
create function factors_reseal(token text, fresh jsonb) returns integer
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  actor staff := acting_administrator(token);
  done integer;
begin
  update staff_factors f set secret_sealed = r.sealed
    from jsonb_to_recordset(fresh) as r(id uuid, was text, sealed text) where f.id = r.id and f.secret_sealed = r.was;
  get diagnostics done = row_count;
  perform note_by_staff(actor, null, null, 'db keys rewrite', 'staff_factors', 'staff_factors', null, jsonb_build_object('count', done));
  return done;
end $$;

-- Why the second is no second person to the first at this time, by the code of an error; null: they are one. Their own factor and role
-- are a day old by now, and neither touched what the other acts by within that day.
create function second_person_refusal(first text, second text, moment timestamptz) returns text
  language plpgsql stable set search_path = pg_catalog, public, pg_temp as $$
declare
  a uuid := staff_named(first);
  b uuid := staff_named(second);
  since timestamptz := moment - interval '24 hours';
  factor_since timestamptz;
begin
  if not is_second_person(first, second) then return 'kernel.same_hands'; end if;
  if exists (select from staff where id = b and role_since > since) then return 'kernel.role_too_new'; end if;
  select confirmed_at into factor_since from staff_factors where staff_id = b and confirmed_at is not null and ended_at is null;
  if factor_since > since then return 'kernel.factor_too_new'; end if;
  if b is not null and factor_since is null then return 'kernel.second_factor_missing'; end if;
  if exists (
      select from staff_tokens where ((staff_id = b and given_by = a) or (staff_id = a and given_by = b))
        and coalesce(revoked_at, 'infinity') > since and coalesce(expires_at, 'infinity') > since)
    or exists (select from staff where ((id = b and role_by = a) or (id = a and role_by = b)) and role_since > since)
    or exists (select from staff_factors where ((staff_id = b and ended_by = a) or (staff_id = a and ended_by = b)) and ended_at > since)
  then
    return 'kernel.same_hands';
  end if;
  return null;
end $$;

-- A second person is counted only while they are one (0061).
create or replace function hold_limit() returns trigger language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  if new.undone_at is not null then return new; end if;
  if new.second_person is not null then
    if second_person_refusal(new.person, new.second_person, new.used_at) is not null then
      raise exception '% % needs another person than %', new.kind, new.subject_id, new.person
        using errcode = 'check_violation', constraint = 'limit_second_person';
    end if;
    return new;
  end if;
  perform lock_limit(new.budget, new.person, new.receiver, new.account);
  if new.amount_idr + used_alone(new.budget, new.person, new.receiver, new.account, new.used_at - interval '1 day', new.kind,
      new.subject_id) > new.day_limit_idr
    or new.amount_idr + used_alone(new.budget, new.person, new.receiver, new.account, new.used_at - interval '7 days', new.kind,
      new.subject_id) > new.week_limit_idr then
    raise exception '% % is over what % may do alone', new.kind, new.subject_id, new.person
      using errcode = 'check_violation', constraint = 'limit_second_person';
  end if;
  return new;
end $$;

do $$
declare
  one regprocedure;
begin
  for one in
    select p.oid::regprocedure from pg_proc p where p.pronamespace = 'public'::regnamespace
      and p.proname in ('factor_enrol', 'factor_confirm', 'factor_use', 'factor_reset', 'factors_reseal')
  loop
    execute format('revoke all on function %s from public', one);
  end loop;
end $$;
