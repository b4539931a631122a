-- Rows that say what a person did are written only in a transaction in which that person's token was shown: the application's connection
-- alone could write an entry of the audit log in a colleague's name, resolve what was told to finance, and delete that a command was run.

-- By this secret the database recognises its own mark of who acts. Only the owner and functions of the owner read it.
create table acting_secret (
  one boolean primary key default true check (one),
  secret text not null default gen_random_uuid()::text || gen_random_uuid()::text
);
insert into acting_secret default values;

-- The mark of a person in this transaction, in the setting laku.acting: a digest, then their id, then their name. The digest binds both
-- to the transaction and to the secret. Anybody may write the setting, and nobody else the digest.
create function acting_digest(person text) returns text
  language sql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  select encode(sha256(convert_to(
    secret || encode(sha256(convert_to(secret || pg_current_xact_id()::text || ' ' || person, 'UTF8')), 'hex'), 'UTF8')), 'hex')
  from acting_secret
$$;

create function set_acting(id text, name text) returns void
  language sql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  select set_config('laku.acting', acting_digest(id || ' ' || name) || ' ' || id || ' ' || name, true)
$$;

-- Shows the database who acts in this transaction, by their token.
create function staff_acts(token text) returns void
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  actor staff := acting_staff(token);
begin
  perform set_acting(actor.id::text, actor.name);
end $$;

-- Who acts in this transaction: nobody where no token was shown in it.
create function acting_person(out id text, out name text)
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  mark text := coalesce(current_setting('laku.acting', true), '');
  person text := substr(mark, 66);
begin
  if length(mark) > 65 and left(mark, 64) = acting_digest(person) then
    id := split_part(person, ' ', 1);
    name := substr(person, length(id) + 2);
  end if;
end $$;

-- Whether the rows are written by the owner of the table: one of its functions, which see for themselves who acts.
create function written_by_owner(of_table oid) returns boolean
  language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select pg_has_role(current_user, c.relowner, 'usage') from pg_class c where c.oid = of_table
$$;

create function audit_names_who_acts() returns trigger
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
  return new;
end $$;
create trigger audit_names_who_acts before insert on audit_log for each row execute function audit_names_who_acts();

-- What was told to finance stays told: only who may look at it puts it away, and nobody in the name of somebody else.
create function attention_names_who_acts() returns trigger
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
    and row (new.times, new.message, new.details) is distinct from row (old.times, old.message, old.details)
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
create trigger attention_names_who_acts before insert or update on attention for each row execute function attention_names_who_acts();

-- Which command somebody gave, and how it ended.
create function command_runs_stay() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  refused boolean;
begin
  if written_by_owner(tg_relid) then return coalesce(new, old); end if;
  refused := case tg_op
    when 'INSERT' then new.staff_id::text is distinct from (select id from acting_person())
    when 'UPDATE' then old.kept is not null and new.kept is null
      or new.attempt not between old.attempt and old.attempt + 1
      or old.ended_at is not null and row (new.attempt, new.seen_at, new.ended_at, new.exit_code, new.stop_asked_at)
        is distinct from row (old.attempt, old.seen_at, old.ended_at, old.exit_code, old.stop_asked_at)
    -- One that asked its person something before it changed anything is forgotten, and any after ninety days.
    else old.started_at > now() - interval '90 days' and (old.ended_at is not null or old.kept is not null)
  end;
  if refused then
    raise exception '% of the run % of a command is refused', lower(tg_op), coalesce(new.id, old.id) using errcode = 'insufficient_privilege';
  end if;
  return coalesce(new, old);
end $$;
create trigger command_runs_stay before insert or update or delete on command_runs for each row execute function command_runs_stay();

-- What a run said is kept for a day, unless it is run again.
create function command_run_lines_stay() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  if not written_by_owner(tg_relid) and old.written_at > now() - interval '1 day'
    and exists (select from command_runs where id = old.run_id and ended_at is not null)
  then
    raise exception 'what the run % of a command said is kept for a day', old.run_id using errcode = 'insufficient_privilege';
  end if;
  return old;
end $$;
create trigger command_run_lines_stay before delete on command_run_lines for each row execute function command_run_lines_stay();

do $$
declare
  one regprocedure;
begin
  for one in
    select p.oid::regprocedure from pg_proc p where p.pronamespace = 'public'::regnamespace
      and p.proname in ('acting_digest', 'set_acting', 'staff_acts', 'acting_person')
  loop
    execute format('revoke all on function %s from public', one);
  end loop;
end $$;
