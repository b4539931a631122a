-- payout: one outgoing transfer, for a settlement or a withdrawal.
create table payouts (
  id uuid primary key,
  -- what the provider knows it by: its idempotency key and its reference, so that asking finds it
  key text not null unique,
  purpose text not null check (purpose in ('settlement', 'withdrawal')),
  subject_id uuid not null,
  channel_code text not null,
  -- encrypted
  account_number text not null,
  account_holder text not null,
  amount_idr bigint not null check (amount_idr > 0),
  description text not null,
  status text not null default 'created' check (status in ('created', 'submitted', 'succeeded', 'failed', 'reversed')),
  -- calls made under this key
  attempt integer not null default 0,
  -- since when a call may have reached the provider; null: it never did
  called_at timestamptz,
  provider_payout_id text unique,
  provider_status text,
  failure_code text,
  -- null: nothing to do, or held
  next_check_at timestamptz,
  created_at timestamptz not null,
  submitted_at timestamptz,
  finished_at timestamptz
);
create index payouts_of_subject on payouts (subject_id);
create index payouts_due on payouts (next_check_at) where next_check_at is not null;
-- money for one thing leaves once: a second payout only after a definite failure or a reversal of the first
create unique index payouts_one_live on payouts (subject_id) where status in ('created', 'submitted', 'succeeded');
