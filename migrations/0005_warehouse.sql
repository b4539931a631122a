create table warehouse_inventory (
  variant_id uuid primary key references product_variants,
  on_hand integer not null default 0 constraint stock_not_negative check (on_hand >= 0),
  reserved integer not null default 0 check (reserved >= 0),
  updated_at timestamptz not null,
  constraint stock_covers_reservations check (reserved <= on_hand)
);

-- Every change of on_hand or reserved, so that both can be recounted.
create table stock_movements (
  id uuid primary key,
  variant_id uuid not null references product_variants,
  kind text not null check (kind in ('adjusted', 'reserved', 'released', 'shipped', 'received', 'restocked', 'written_off')),
  on_hand_change integer not null,
  reserved_change integer not null,
  subject_kind text not null,
  subject_id uuid not null,
  actor text not null,
  reason text,
  moved_at timestamptz not null
);
create index stock_movements_of_variant on stock_movements (variant_id, moved_at);
create trigger stock_movements_written_once before update or delete on stock_movements for each row execute function refuse_change();

-- Held for a session or an order; moved to the orders when a session's orders are made.
create table stock_reservations (
  id uuid primary key,
  variant_id uuid not null references product_variants,
  subject_kind text not null check (subject_kind in ('session', 'order')),
  subject_id uuid not null,
  quantity integer not null check (quantity > 0),
  status text not null default 'open' check (status in ('open', 'consumed', 'released')),
  created_at timestamptz not null,
  closed_at timestamptz
);
create unique index stock_reservations_open on stock_reservations (subject_id, variant_id) where status = 'open';
create index stock_reservations_of_variant on stock_reservations (variant_id) where status = 'open';
