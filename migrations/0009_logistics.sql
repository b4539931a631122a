create table shipments (
  id uuid primary key,
  code text not null unique,
  order_id uuid not null references orders,
  status text not null check (status in (
    'pending', 'booked', 'picked_up', 'in_transit', 'on_hold', 'delivered', 'cancelled', 'not_found', 'returning', 'returned', 'lost')),
  courier_company text not null,
  courier_type text not null,
  fee_idr bigint not null check (fee_idr >= 0),
  price_idr bigint,
  provider_order_id text unique,
  tracking_id text,
  waybill text,
  tracking_url text,
  failure_code text,
  attempts integer not null default 0,
  next_attempt_at timestamptz,
  created_at timestamptz not null,
  booked_at timestamptz,
  updated_at timestamptz not null
);
create unique index shipments_one_live on shipments (order_id) where status not in ('cancelled', 'not_found', 'returned', 'lost');
create index shipments_due on shipments (next_attempt_at) where status = 'pending';

create table shipment_events (
  id uuid primary key,
  shipment_id uuid not null references shipments,
  status text not null,
  provider_status text,
  note text,
  happened_at timestamptz not null,
  recorded_at timestamptz not null,
  unique (shipment_id, status, happened_at)
);

-- The rate cache. Couriers price by the started kilogram, so a quote serves every parcel of that weight between two postcodes.
create table shipping_rates (
  origin_postal_code text not null,
  destination_postal_code text not null,
  weight_kg integer not null check (weight_kg > 0),
  company text not null,
  type text not null,
  service text not null,
  price_idr bigint not null check (price_idr >= 0),
  duration text not null,
  expires_at timestamptz not null,
  primary key (origin_postal_code, destination_postal_code, weight_kg, company, type)
);
