-- Accounts that are closed with what is in their wallets, and people who are erased while they act.

-- Since when the account is being closed; its money is on its way out, and it joins, orders and withdraws nothing more.
-- `closing_due_at`: when it is erased, or looked at again; null while the money has not arrived.
alter table users add column closing_since timestamptz, add column closing_due_at timestamptz;
create index users_closing_due on users (closing_due_at) where closing_due_at is not null;

-- All of a wallet, free of fee and minimum, for the account is erased once it has arrived.
alter table withdrawals add column closes_account boolean not null default false;

-- Nothing that says something of a person is written of somebody who was erased. Whoever writes waits for an erasure that is under way,
-- and it for them: erasing locks the user against this lock. Places and orders, which come by the thousand, take it in the statement
-- in which they read their buyers.
create function require_living_user() returns trigger language plpgsql as $$
begin
  perform from users where id = new.user_id and status <> 'deleted' for key share;
  if not found then
    raise exception 'user % was erased', new.user_id using errcode = 'foreign_key_violation', constraint = 'living_user';
  end if;
  return new;
end $$;
create trigger addresses_of_the_living before insert on addresses for each row execute function require_living_user();
create trigger reviews_of_the_living before insert or update of body, photos on reviews
  for each row execute function require_living_user();
create trigger notifications_of_the_living before insert on notifications for each row execute function require_living_user();
create trigger preferences_of_the_living before insert on notification_preferences
  for each row execute function require_living_user();
create trigger subscriptions_of_the_living before insert or update of user_id, endpoint on push_subscriptions
  for each row execute function require_living_user();
create trigger destinations_of_the_living before insert on withdrawal_destinations
  for each row execute function require_living_user();
create trigger returns_of_the_living before insert on order_returns for each row execute function require_living_user();

-- Less than the provider pays out: staff send it from the company's bank, and keep the bank's reference of it.
alter table withdrawals add column by_hand boolean not null default false, add column hand_reference text,
  add constraint withdrawals_sent_by_hand check (hand_reference is null or (by_hand and status = 'succeeded'));
