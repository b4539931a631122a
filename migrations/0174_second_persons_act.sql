-- A second person is named only in a transaction in which their token was shown, or by a clearance that they gave in one: the application's
-- connection alone could name any colleague.
create function second_person_acts() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  if written_by_owner(tg_relid) or new.undone_at is not null or new.second_person is null
    -- A decision that was undone counts again as it was made: its money moved after all.
    or tg_op = 'UPDATE' and row (new.kind, new.subject_id, new.person, new.second_person, new.receiver, new.amount_idr, new.used_at)
      is not distinct from row (old.kind, old.subject_id, old.person, old.second_person, old.receiver, old.amount_idr, old.used_at)
    or new.second_person = (select id from acting_person())
    or exists (select from limit_clearances where kind = new.kind and given_by = new.second_person and used_by = new.person
      and used_at = new.used_at)
  then
    return new;
  end if;
  raise exception '% has shown no token in this transaction: they are no second person of % %', new.second_person, new.kind, new.subject_id
    using errcode = 'insufficient_privilege';
end $$;
create trigger second_person_acts before insert or update of second_person, person, used_at, undone_at on limit_uses
  for each row execute function second_person_acts();

-- A clearance is given by who acts, and used once.
create function clearances_stay() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  if written_by_owner(tg_relid) then return new; end if;
  if tg_op = 'INSERT' and (new.used_at is not null or new.given_by is distinct from (select id from acting_person()))
    or tg_op = 'UPDATE' and (old.used_at is not null or new.used_at is null
      or row (new.kind, new.subject_id, new.amount_idr, new.given_by, new.until)
        is distinct from row (old.kind, old.subject_id, old.amount_idr, old.given_by, old.until))
  then
    raise exception '% of a clearance of % is refused', lower(tg_op), new.given_by using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
create trigger clearances_stay before insert or update on limit_clearances for each row execute function clearances_stay();
