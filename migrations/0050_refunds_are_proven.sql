-- What the provider calls the payment behind a paid invoice: refunds name it, not the invoice. `payment_source` is the app or bank that
-- paid a QRIS, which decides whether it takes money back.
alter table payments add column provider_payment_id text, add column provider_payment_request_id text, add column payment_source text;
alter table quarantined_money
  add column provider_payment_id text, add column provider_payment_request_id text, add column payment_source text;

-- A refund's current key. `calls` says how often it left; of none is a first call, whose refusal proves something. A lease is held by
-- the database's own clock, not by the shop's, for it is about processes.
alter table refunds
  add column calls integer not null default 0,
  add column first_called_at timestamptz,
  add column last_called_at timestamptz,
  add column lease_id uuid,
  add column lease_until timestamptz,
  -- definite noes that count: what waits for a balance is none
  add column failures integer not null default 0,
  -- its channel takes it only from then on
  add column send_after timestamptz,
  -- since when it waits for what came in to be settled
  add column waits_since timestamptz,
  -- the first of two persons who say that the call never arrived
  add column dead_declared_by text,
  add column dead_declared_at timestamptz;
create index refunds_waiting on refunds (created_at) where waits_since is not null;

update refunds set calls = 1, first_called_at = submitted_at, last_called_at = submitted_at where submitted_at is not null;
update refunds set failures = attempt where status = 'failed';

-- Every refund of ours that the provider was heard to have, whatever we believed of it, and what of it is in our book.
create table provider_refunds (
  provider_refund_id text primary key,
  refund_id uuid not null references refunds,
  reference text not null,
  status text not null,
  amount_idr bigint not null check (amount_idr >= 0),
  failure_code text,
  -- what our book says that left by it: its amount, or 0
  booked_idr bigint not null check (booked_idr >= 0),
  -- how often what is booked changed: part of each posting's key
  bookings integer not null default 0,
  -- one that its refund does not follow any more is asked about then
  next_check_at timestamptz,
  heard_at timestamptz not null
);
create index provider_refunds_of_refund on provider_refunds (refund_id);
create index provider_refunds_due on provider_refunds (next_check_at) where next_check_at is not null;

insert into provider_refunds (provider_refund_id, refund_id, reference, status, amount_idr, failure_code, booked_idr, heard_at)
select provider_refund_id, id, code || '-' || attempt,
  case status when 'succeeded' then 'SUCCEEDED' when 'submitted' then 'PENDING' else 'FAILED' end, amount_idr, failure_code,
  case status when 'succeeded' then amount_idr else 0 end, coalesce(finished_at, submitted_at, created_at)
from refunds where provider_refund_id is not null;
