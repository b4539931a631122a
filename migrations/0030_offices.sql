-- Agents' offices look after factories, and pick up what purchase orders call off.

create table agent_offices (
  id uuid primary key,
  name text not null unique,
  phone text not null,
  street text not null,
  city text not null,
  province text not null,
  postal_code text not null check (postal_code ~ '^[0-9]{5}$'),
  status text not null default 'active' check (status in ('active', 'closed')),
  created_at timestamptz not null,
  updated_at timestamptz not null
);

-- An agent works for one office, a factory is looked after by one.
create table office_staff (
  staff_id uuid primary key references staff,
  office_id uuid not null references agent_offices,
  since timestamptz not null
);
create index office_staff_of_office on office_staff (office_id);
create table office_factories (
  factory_id uuid primary key references factories,
  office_id uuid not null references agent_offices,
  since timestamptz not null
);
create index office_factories_of_office on office_factories (office_id);

create table pickup_tasks (
  id uuid primary key,
  office_id uuid not null references agent_offices,
  factory_id uuid not null references factories,
  purchase_order_id uuid not null references warehouse_purchase_orders,
  status text not null default 'scheduled' check (status in ('scheduled', 'in_progress', 'completed', 'failed', 'cancelled')),
  status_reason text,
  scheduled_for date not null,
  started_by uuid references staff,
  photo_url text,
  signed_by text,
  signature_url text,
  created_at timestamptz not null,
  started_at timestamptz,
  ended_at timestamptz,
  constraint pickup_completed_with_proof check (
    status <> 'completed' or (photo_url is not null and signed_by is not null and signature_url is not null))
);
create unique index pickup_tasks_one_open_an_order on pickup_tasks (purchase_order_id) where status in ('scheduled', 'in_progress');
create index pickup_tasks_of_office on pickup_tasks (office_id, id);

create table pickup_items (
  pickup_id uuid not null references pickup_tasks,
  variant_id uuid not null references product_variants,
  expected integer not null check (expected > 0),
  counted integer check (counted between 0 and expected),
  primary key (pickup_id, variant_id)
);

-- What an agent counted at the factory, for who counts it in at the warehouse; null where nobody picked it up.
alter table purchase_order_items add column picked_up integer check (picked_up >= 0);
