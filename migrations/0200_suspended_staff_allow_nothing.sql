-- A suspended member of staff is no second person, also for what they allowed before (limit_clearances).
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
