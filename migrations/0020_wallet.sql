-- wallet: withdrawals, where they go, and what staff put into or take out of wallets

-- An account that its owner confirmed by a code; it takes money from `usable_at` on.
create table withdrawal_destinations (
  id uuid primary key,
  user_id uuid not null references users,
  channel_code text not null,
  -- encrypted
  account_number text not null,
  account_holder text not null,
  -- a keyed hash of channel, number and holder: tells a known account without reading it
  fingerprint text not null,
  usable_at timestamptz not null,
  created_at timestamptz not null,
  unique (user_id, fingerprint)
);

create table withdrawals (
  id uuid primary key,
  code text not null unique,
  user_id uuid not null references users,
  destination_id uuid not null references withdrawal_destinations,
  amount_idr bigint not null check (amount_idr > 0),
  fee_idr bigint not null check (fee_idr >= 0),
  -- how much of what left the wallet was refunded money; what is free of the fee is all of it
  refunded_idr bigint not null check (refunded_idr >= 0),
  status text not null default 'held'
    check (status in ('held', 'approved', 'submitted', 'succeeded', 'failed', 'reversed', 'rejected')),
  failure_code text,
  -- a failed one that staff tried again as this one
  retry_of uuid unique references withdrawals,
  -- when the sweep sends it; null: it waits for staff, or has nothing to wait for
  due_at timestamptz,
  decided_by text,
  note text,
  created_at timestamptz not null,
  finished_at timestamptz,
  constraint withdrawals_fee_or_refunded check (fee_idr > 0 or refunded_idr <= amount_idr)
);
create index withdrawals_of_user on withdrawals (user_id, id);
create index withdrawals_open on withdrawals (user_id) where status in ('held', 'approved', 'submitted');
create index withdrawals_due on withdrawals (due_at) where due_at is not null;
create index withdrawals_by_status on withdrawals (status, id) where status in ('held', 'approved', 'submitted');

-- What staff give or correct. Above a limit one asks and another posts.
create table wallet_adjustments (
  id uuid primary key,
  user_id uuid not null references users,
  change_idr bigint not null check (change_idr <> 0),
  kind text not null check (kind in ('goodwill', 'correction')),
  status text not null check (status in ('requested', 'posted', 'rejected')),
  note text not null,
  requested_by text not null,
  decided_by text,
  created_at timestamptz not null,
  decided_at timestamptz,
  constraint wallet_adjustments_goodwill_gives check (kind <> 'goodwill' or change_idr > 0)
);
create index wallet_adjustments_of_user on wallet_adjustments (user_id, id);
create index wallet_adjustments_requested on wallet_adjustments (id) where status = 'requested';
