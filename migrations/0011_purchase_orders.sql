-- A purchase order calls stock off a factory. Goods are on consignment, so nothing is posted for one: its freight is information.
create table warehouse_purchase_orders (
  id uuid primary key,
  code text not null unique,
  factory_id uuid not null references factories,
  -- whose demand it covers; null where staff fill the shelves
  session_id uuid references group_buying_sessions,
  status text not null check (status in (
    'draft', 'sent', 'confirmed', 'shipped', 'partially_received', 'received', 'closed', 'cancelled')),
  status_reason text,
  -- factory -> warehouse, as couriers (or the zone table) price it
  freight_idr bigint check (freight_idr >= 0),
  freight_source text check (freight_source in ('cache', 'courier', 'zone')),
  -- when a person is told that the factory has not answered; null once it has, or they were told
  answer_due_at timestamptz,
  created_at timestamptz not null,
  sent_at timestamptz,
  confirmed_at timestamptz,
  updated_at timestamptz not null
);
create unique index purchase_orders_one_open_a_session on warehouse_purchase_orders (session_id)
  where status in ('draft', 'sent', 'confirmed', 'shipped', 'partially_received');
create index purchase_orders_of_session on warehouse_purchase_orders (session_id, id) where session_id is not null;
create index purchase_orders_of_factory on warehouse_purchase_orders (factory_id, id);
create index purchase_orders_by_status on warehouse_purchase_orders (status, id);
create index purchase_orders_unanswered on warehouse_purchase_orders (answer_due_at) where answer_due_at is not null;

create table purchase_order_items (
  purchase_order_id uuid not null references warehouse_purchase_orders,
  variant_id uuid not null references product_variants,
  quantity integer not null check (quantity > 0),
  -- good pieces; a damaged one is still owed by the factory
  received integer not null default 0 check (received >= 0),
  damaged integer not null default 0 check (damaged >= 0),
  primary key (purchase_order_id, variant_id),
  constraint purchase_order_not_over_received check (received <= quantity)
);
create index purchase_order_items_to_come on purchase_order_items (variant_id) where received < quantity;

-- What a factory answered, once a message and purchase order that it names; the text itself stays in the inbox.
create table purchase_order_replies (
  provider_message_id text not null,
  purchase_order_id uuid not null references warehouse_purchase_orders,
  meaning text not null check (meaning in ('yes', 'no', 'shipped', 'unclear')),
  answered_at timestamptz not null,
  primary key (provider_message_id, purchase_order_id)
);
create index purchase_order_replies_of_order on purchase_order_replies (purchase_order_id, answered_at);

-- What sessions wait for, beyond what is reserved for them: who gets it first when it comes, and what is on the way for whom.
create table stock_shortages (
  session_id uuid not null references group_buying_sessions,
  variant_id uuid not null references product_variants,
  missing integer not null check (missing > 0),
  since timestamptz not null,
  primary key (session_id, variant_id)
);
create index stock_shortages_of_variant on stock_shortages (variant_id, since);

create index stock_movements_of_purchase_order on stock_movements (subject_id, moved_at) where subject_kind = 'purchase_order';
