create table wallets (
  user_id uuid primary key references users,
  created_at timestamptz not null
);

-- A payment is for a participation in a session (its money waits in escrow:{session}) or for an order (order-funds:{order}).
create table payments (
  id uuid primary key,
  code text not null unique,
  user_id uuid not null references users,
  session_id uuid,
  participant_id uuid,
  order_id uuid,
  amount_idr bigint not null check (amount_idr > 0),
  method text not null check (method in ('invoice', 'wallet')),
  status text not null default 'pending'
    check (status in ('pending', 'paid', 'partially_refunded', 'refunded', 'expired', 'failed', 'review')),
  provider_invoice_id text unique,
  provider_invoice_url text,
  invoice_requested_at timestamptz,
  channel text,
  paid_amount_idr bigint,
  paid_at timestamptz,
  returned_idr bigint not null default 0 check (returned_idr >= 0),
  refunded_idr bigint not null default 0 check (refunded_idr >= 0),
  expires_at timestamptz not null,
  next_check_at timestamptz not null,
  created_at timestamptz not null,
  constraint payments_one_subject check ((participant_id is null) <> (order_id is null) and (session_id is null) = (participant_id is null)),
  -- refunds decided and rebates together never pass what was paid
  constraint payments_never_over_refunded check (returned_idr <= amount_idr and refunded_idr <= returned_idr)
) with (fillfactor = 80);
create index payments_of_user on payments (user_id, id);
create index payments_of_participant on payments (participant_id) where participant_id is not null;
create index payments_of_session on payments (session_id, status) where session_id is not null;
create unique index payments_one_open_an_order on payments (order_id) where status = 'pending';
create index payments_of_order on payments (order_id) where order_id is not null;
create index payments_due on payments (next_check_at) where status = 'pending';

create table refunds (
  id uuid primary key,
  code text not null unique,
  key text not null unique,
  payment_id uuid not null references payments,
  amount_idr bigint not null check (amount_idr > 0),
  reason text not null,
  destination text not null check (destination in ('source', 'wallet')),
  status text not null check (status in ('requested', 'approved', 'submitted', 'succeeded', 'failed', 'rejected', 'to_wallet')),
  attempt integer not null default 1,
  provider_refund_id text unique,
  failure_code text,
  next_check_at timestamptz,
  created_at timestamptz not null,
  submitted_at timestamptz,
  finished_at timestamptz
);
create index refunds_of_payment on refunds (payment_id);
create index refunds_due on refunds (next_check_at) where next_check_at is not null;

create table webhook_inbox (
  id uuid primary key,
  provider text not null check (provider in ('xendit', 'biteship', 'whatsapp')),
  dedupe_key text not null,
  headers jsonb not null,
  body text,
  status text not null default 'received' check (status in ('received', 'processed', 'failed')),
  deliveries integer not null default 1,
  attempts integer not null default 0,
  next_attempt_at timestamptz not null,
  error text,
  received_at timestamptz not null,
  processed_at timestamptz,
  unique (provider, dedupe_key)
);
create index webhook_inbox_waiting on webhook_inbox (next_attempt_at) where status = 'received';
