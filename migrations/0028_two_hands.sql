-- What makes two-person steps, chargebacks and failed payouts hold against one person, a second telling and a bad hour.

-- The administrator in whose hands a member of staff is: who let them in, or who let that one in, back to whom the owner of the
-- database let in. That one knew their token, so the two are one person where two are needed. Null: the owner let them in.
alter table staff add column vouched_by uuid references staff;

-- What card issuers took back, a row each: told of by staff, by the provider's book, or by both.
create table chargebacks (
  id uuid primary key,
  -- under this key it is in the ledger
  ledger_key text not null unique,
  payment_id uuid references payments,
  amount_idr bigint not null check (amount_idr > 0),
  -- the provider's line of it; null: staff told of it, and its line has not been read yet
  provider_transaction_id text unique,
  created_at timestamptz not null
);
create index chargebacks_of_payment on chargebacks (payment_id) where payment_id is not null;

-- When a failed settlement whose failure may pass is paid again by itself; null: a person decides, or nothing is to be done.
alter table settlements add column retry_at timestamptz;
create index settlements_retry_due on settlements (retry_at) where retry_at is not null;
