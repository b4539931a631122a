-- What a customer asks for (a withdrawal) a member of staff lets go by their own right; they are a second person, who confirms it by a
-- factor of their own, only to another of the staff.
create or replace function hold_limit() returns trigger language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  if new.undone_at is not null then return new; end if;
  if new.second_person is not null then
    if not is_second_person(new.person, new.second_person)
      or (staff_named(new.person) is not null and second_person_refusal(new.person, new.second_person, new.used_at) is not null)
    then
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
