create table group_buying_sessions (
  id uuid primary key,
  code text not null unique,
  product_id uuid not null references products,
  factory_id uuid not null references factories,
  status text not null check (status in (
    'draft', 'forming', 'moq_reached', 'pending_stock', 'orders_created', 'success', 'failed', 'cancelled', 'refunded')),
  status_reason text,
  close_policy text not null default 'at_moq' check (close_policy in ('at_moq', 'at_deadline')),
  moq integer not null check (moq > 0),
  capacity integer check (capacity >= moq),
  per_user_limit integer check (per_user_limit > 0),
  commission_bps integer not null check (commission_bps between 0 and 10000),
  -- null: a draft that is opened by hand
  starts_at timestamptz,
  ends_at timestamptz not null check (ends_at > starts_at),
  paid_units integer not null default 0 check (paid_units >= 0),
  held_units integer not null default 0 check (held_units >= 0),
  participants integer not null default 0 check (participants >= 0),
  final_unit_price_idr bigint,
  extensions integer not null default 0,
  closed_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check (starts_at is not null or status in ('draft', 'cancelled', 'refunded')),
  constraint session_capacity_kept check (capacity is null or paid_units + held_units <= capacity)
) with (fillfactor = 50);
create index sessions_to_open on group_buying_sessions (starts_at) where status = 'draft';
create index sessions_to_close on group_buying_sessions (ends_at) where status = 'forming';
create index sessions_at_work on group_buying_sessions (updated_at) where status in ('moq_reached', 'pending_stock', 'orders_created');
create index sessions_refunding on group_buying_sessions (updated_at) where status in ('failed', 'cancelled');
create index sessions_by_status on group_buying_sessions (status, id);

create table session_tiers (
  session_id uuid not null references group_buying_sessions,
  min_units integer not null check (min_units > 0),
  unit_price_idr bigint not null check (unit_price_idr > 0),
  primary key (session_id, min_units)
);

create table group_participants (
  id uuid primary key,
  session_id uuid not null references group_buying_sessions,
  user_id uuid not null references users,
  status text not null check (status in ('held', 'paid', 'ordered', 'expired', 'left', 'refunded')),
  units integer not null check (units > 0),
  unit_price_idr bigint not null check (unit_price_idr > 0),
  goods_idr bigint not null,
  shipping_idr bigint not null check (shipping_idr >= 0),
  total_idr bigint not null,
  courier_company text not null,
  courier_type text not null,
  address jsonb not null,
  joined_at timestamptz not null,
  hold_expires_at timestamptz not null,
  paid_at timestamptz,
  ended_at timestamptz,
  check (goods_idr = units * unit_price_idr and total_idr = goods_idr + shipping_idr)
) with (fillfactor = 80);
create unique index participants_one_live on group_participants (session_id, user_id) where status in ('held', 'paid', 'ordered');
create index participants_of_session on group_participants (session_id, status, paid_at);
create index participants_of_user on group_participants (user_id, id);

create table participant_items (
  participant_id uuid not null references group_participants,
  variant_id uuid not null references product_variants,
  quantity integer not null check (quantity > 0),
  primary key (participant_id, variant_id)
);
alter table payments add constraint payments_participant foreign key (participant_id) references group_participants;
alter table orders add constraint orders_participant foreign key (participant_id) references group_participants;
