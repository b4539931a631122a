-- What a person says came back of a withdrawal goes into its wallet. So it is counted against that person's limits,
-- and the database refuses it otherwise.
create trigger returned_by_hand_counted before update of status on withdrawals
  for each row when (new.status = 'reversed' and old.status = 'succeeded' and old.hand_reference is not null)
  execute function require_counted('withdrawal_returned');

create function require_return_counted() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  if not exists (
    select from limit_uses where kind = 'withdrawal_returned' and subject_id = new.subject_id::text and undone_at is null)
  then
    raise exception '% was not counted against a limit', new.key
      using errcode = 'check_violation', constraint = 'limit_counted';
  end if;
  return new;
end $$;
create trigger returned_by_bank_counted before insert or update of status on payouts
  for each row when (new.route = 'bank' and new.purpose = 'withdrawal' and new.user_id is not null
    and new.failure_code = 'BANK_REJECTED' and new.status in ('failed', 'reversed'))
  execute function require_return_counted();
