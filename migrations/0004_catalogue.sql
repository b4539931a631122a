-- factory, product

create table factories (
  id uuid primary key,
  name text not null,
  phone text not null,
  email text,
  city text not null,
  province text not null,
  postal_code text not null check (postal_code ~ '^[0-9]{5}$'),
  verification text not null default 'unverified' check (verification in ('unverified', 'pending', 'verified', 'rejected')),
  status text not null default 'inactive' check (status in ('inactive', 'active', 'suspended')),
  commission_bps integer not null check (commission_bps between 0 and 10000),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check (status <> 'active' or verification = 'verified')
);

create table products (
  id uuid primary key,
  factory_id uuid not null references factories,
  name text not null,
  description text,
  status text not null default 'draft' check (status in ('draft', 'active', 'inactive')),
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index products_of_factory on products (factory_id);
create index products_listed on products (id) where status = 'active';

create table product_variants (
  id uuid primary key,
  product_id uuid not null references products,
  sku text not null unique,
  name text not null,
  weight_g integer not null check (weight_g between 1 and 1000000),
  price_idr bigint not null check (price_idr > 0),
  wholesale_unit integer not null default 1 check (wholesale_unit > 0),
  max_excess_units integer not null default 0 check (max_excess_units >= 0),
  created_at timestamptz not null
);
create index product_variants_of_product on product_variants (product_id);

create table price_history (
  id uuid primary key,
  variant_id uuid not null references product_variants,
  price_idr bigint not null,
  since timestamptz not null,
  set_by text not null
);
create index price_history_of_variant on price_history (variant_id, since);
