-- What a buyer owes and is forgiven is money given like any other: its posting is held to the counter of
-- limits, by the posting's own key (a claim is written off once for each time that it arose).
create or replace function require_write_off_counted() returns trigger language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  counted text := case new.kind when 'factory.written_off' then split_part(new.key, ':', 4) else new.key end;
begin
  if not exists (
    select from limit_uses where subject_id = counted and kind = 'write_off' and undone_at is null) then
    raise exception '% was not counted against a limit', new.key using errcode = 'check_violation', constraint = 'limit_counted';
  end if;
  return new;
end $$;

drop trigger write_offs_counted on ledger_transactions;
create trigger write_offs_counted before insert on ledger_transactions
  for each row when (new.kind in ('factory.written_off', 'payment.claim_written_off')) execute function require_write_off_counted();
