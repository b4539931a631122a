create table orders (
  id uuid primary key,
  code text not null unique,
  user_id uuid not null references users,
  session_id uuid,
  participant_id uuid unique,
  status text not null check (status in (
    'pending_payment', 'paid', 'processing', 'ready_for_pickup', 'picked_up', 'in_transit', 'delivered', 'completed',
    'cancelled', 'on_hold', 'failed', 'returning', 'return_requested', 'returned', 'refunded')),
  status_reason text,
  allocated boolean not null,
  address jsonb not null,
  courier_company text not null,
  courier_type text not null,
  goods_idr bigint not null check (goods_idr > 0),
  shipping_idr bigint not null check (shipping_idr >= 0),
  total_idr bigint not null,
  waybill text,
  tracking_url text,
  tracking_status text,
  tracked_at timestamptz,
  created_at timestamptz not null,
  paid_at timestamptz,
  delivered_at timestamptz,
  updated_at timestamptz not null,
  check (total_idr = goods_idr + shipping_idr)
);
create index orders_of_user on orders (user_id, id);
create index orders_of_session on orders (session_id) where session_id is not null;
create index orders_by_status on orders (status, id);
-- Few: an order leaves it when its courier is booked.
create index orders_to_book on orders (updated_at) where status in ('paid', 'processing') and allocated;

create table order_items (
  id uuid primary key,
  order_id uuid not null references orders,
  product_id uuid not null references products,
  variant_id uuid not null references product_variants,
  factory_id uuid not null references factories,
  sku text not null,
  name text not null,
  weight_g integer not null,
  quantity integer not null check (quantity > 0),
  unit_price_idr bigint not null check (unit_price_idr > 0),
  total_idr bigint not null,
  commission_bps integer not null check (commission_bps between 0 and 10000),
  check (total_idr = quantity * unit_price_idr)
);
create index order_items_of_order on order_items (order_id);
alter table payments add constraint payments_order foreign key (order_id) references orders;
