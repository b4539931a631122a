-- An attention item that tells of a person's act is put away by nobody who took part in it, and by nobody whom they let
-- in, who let them in, or whose token, role or factor one gave the other (docs/adr/0183). An administrator could hide two
-- invented persons from the rest of finance, and then act as both.

-- Whether one of the two gave the other a token that was good since then, or a role, or ended the other's factor.
create function touched(a uuid, b uuid, since timestamptz) returns boolean
  language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select exists (
      select from staff_tokens where ((staff_id = b and given_by = a) or (staff_id = a and given_by = b))
        and coalesce(revoked_at, 'infinity') > since and coalesce(expires_at, 'infinity') > since)
    or exists (select from staff where ((id = b and role_by = a) or (id = a and role_by = b)) and role_since > since)
    or exists (select from staff_factors where ((staff_id = b and ended_by = a) or (staff_id = a and ended_by = b)) and ended_at > since)
$$;

create or replace function second_person_refusal(first text, second text, moment timestamptz) returns text
language plpgsql stable set search_path = pg_catalog, public, pg_temp as $$
declare
  a uuid := staff_named(first);
  b uuid := staff_named(second);
  since timestamptz := moment - interval '24 hours';
  factor_since timestamptz;
begin
  if not is_person(first) or not is_person(second) then return 'kernel.not_a_person'; end if;
  if not is_second_person(first, second) then return 'kernel.same_hands'; end if;
  if exists (select from staff where id = b and status <> 'active') then return 'kernel.same_hands'; end if;
  if exists (select from staff where id = b and role_since > since) then return 'kernel.role_too_new'; end if;
  select confirmed_at into factor_since from staff_factors where staff_id = b and confirmed_at is not null and ended_at is null;
  if factor_since > since then return 'kernel.factor_too_new'; end if;
  if b is not null and factor_since is null then return 'kernel.second_factor_missing'; end if;
  if touched(a, b, since) then return 'kernel.same_hands'; end if;
  return null;
end $$;

-- Whoever could act as this person: those who let them in, however long the chain, and those who gave them a token or role.
create function may_act_as(person uuid) returns setof uuid
  language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select s.id from staff s where let_in(s.id, person)
  union select given_by from staff_tokens where staff_id = person and given_by is not null
  union select role_by from staff where id = person and role_by is not null
$$;

-- Whether an attention item is about this person's own act, or about somebody's who is not independent of them. The items
-- about staff count those too who could act as the persons named: two whom one administrator let in hide nothing for each other.
create function concerns_person(item attention, person uuid) returns boolean
  language sql stable set search_path = pg_catalog, public, pg_temp as $$
  with named(id) as (
    select staff_named(word) from (
      select item.details ->> 'byId' union select item.details ->> 'by' union select item.details ->> 'staffId'
      union select item.subject_id where item.subject_kind = 'staff'
      union select jsonb_array_elements_text(case when jsonb_typeof(item.details -> 'byIds') = 'array' then item.details -> 'byIds' else '[]' end)
    ) words (word)
  ), took_part(id) as (
    select id from named where id is not null
    union select giver from named, may_act_as(named.id) giver where item.kind in ('staff_changed', 'factor_guessed')
  )
  select exists (
    select from took_part t
    where t.id = person or let_in(t.id, person) or let_in(person, t.id) or touched(t.id, person, item.since - interval '24 hours'))
$$;

alter function guesses_are_put_away_by_others() rename to concerned_put_nothing_away;
alter trigger guesses_are_put_away_by_others on attention rename to concerned_put_nothing_away;
create or replace function concerned_put_nothing_away() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  person record;
begin
  if written_by_owner(tg_relid) or new.kind not in ('staff_changed', 'factor_guessed', 'way_in_stopped')
    or new.resolved_at is null or old.resolved_at is not null
  then
    return new;
  end if;
  select * into person from acting_person();
  if person.id is not null and concerns_person(old, person.id::uuid)
    or new.kind = 'factor_guessed' and (new.resolved_by like 'staff:%' or shop_now() - new.since < interval '1 day')
    and not exists (select from staff where id::text = person.id and role in ('finance', 'admin'))
  then
    raise exception 'the attention item % (%) is resolved by somebody of finance whom it does not concern', old.id, old.kind
      using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
