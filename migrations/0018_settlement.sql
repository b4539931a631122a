-- settlement: what a factory is owed, calculated, approved and paid out.
create table settlements (
  id uuid primary key,
  code text not null unique,
  factory_id uuid not null references factories,
  -- the business date (Asia/Jakarta) through which its lines were due
  through_date date not null,
  status text not null check (status in (
    'calculated', 'approved', 'submitted', 'paid', 'failed', 'reversed', 'on_hold', 'void')),
  status_reason text,
  items integer not null check (items > 0),
  gross_idr bigint not null,
  commission_idr bigint not null,
  refunds_idr bigint not null,
  adjustments_idr bigint not null,
  net_idr bigint not null check (net_idr > 0),
  -- what was calculated, and what an approval is for: a hash over its lines
  plan_hash text not null,
  calculated_by text not null,
  calculated_at timestamptz not null,
  approved_by text,
  approved_at timestamptz,
  approved_hash text,
  -- the payout that is under way or was the last, and how many there were
  payout_id uuid references payouts,
  payouts integer not null default 0,
  paid_at timestamptz,
  -- the statement that is mailed when it is paid
  statement_next_at timestamptz,
  statement_attempts integer not null default 0,
  statement_sent_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check (net_idr = gross_idr - commission_idr - refunds_idr + adjustments_idr),
  constraint settlement_approved_as_calculated check (status not in ('approved', 'submitted', 'paid') or approved_hash is not distinct from plan_hash)
);
create index settlements_of_factory on settlements (factory_id, id);
create index settlements_by_status on settlements (status, id);
create index settlements_statements_due on settlements (statement_next_at) where statement_next_at is not null;

-- What the book says of a factory, an entry of its account a line; which settlement took it, if any did.
create table settlement_items (
  entry_seq bigint primary key references ledger_entries,
  factory_id uuid not null references factories,
  kind text not null check (kind in ('sale', 'refund', 'adjustment')),
  order_id uuid references orders,
  order_item_id uuid references order_items,
  refund_id uuid,
  -- as posted: sale and adjustment +, refund -
  gross_idr bigint not null,
  commission_idr bigint not null,
  net_idr bigint not null,
  posted_at timestamptz not null,
  settlement_id uuid references settlements,
  check (net_idr = gross_idr - commission_idr)
);
create unique index settlement_items_sale_once on settlement_items (order_item_id) where kind = 'sale';
create unique index settlement_items_refund_once on settlement_items (refund_id, order_item_id) where kind = 'refund';
create index settlement_items_open on settlement_items (factory_id) where settlement_id is null;
create index settlement_items_of_settlement on settlement_items (settlement_id) where settlement_id is not null;
create index settlement_items_of_order_item on settlement_items (order_item_id) where order_item_id is not null;

-- How far into the book lines were gathered.
create table settlement_gathered (
  one boolean primary key default true check (one),
  through_seq bigint not null default 0
);
insert into settlement_gathered default values;
