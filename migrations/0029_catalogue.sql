-- Size and chargeable weight of a variant, tax numbers and commission history of a factory, reviews and the ratings made of them.

alter table product_variants
  add column length_cm integer check (length_cm between 1 and 1000),
  add column width_cm integer check (width_cm between 1 and 1000),
  add column height_cm integer check (height_cm between 1 and 1000),
  add constraint product_variants_size_whole check (num_nulls(length_cm, width_cm, height_cm) in (0, 3)),
  -- couriers charge a parcel by its weight or by its volume at 6,000 cm3 a kilogram, whichever is more
  add column chargeable_g integer not null
    generated always as (greatest(weight_g, coalesce(ceil(length_cm::bigint * width_cm * height_cm / 6.0)::integer, 0))) stored;

create table commission_history (
  id uuid primary key,
  factory_id uuid not null references factories,
  commission_bps integer not null check (commission_bps between 0 and 10000),
  since timestamptz not null,
  set_by text not null
);
create index commission_history_of_factory on commission_history (factory_id, since);
create trigger commission_history_written_once before update or delete on commission_history
  for each row execute function refuse_change();

-- NPWP of a firm or NIK of a person (PMK 37/2025), encrypted
alter table factories
  add column tax_id_kind text check (tax_id_kind in ('npwp', 'nik')),
  add column tax_id_sealed text,
  add column suspended_because text,
  add column rating_sum bigint not null default 0 check (rating_sum >= 0),
  add column rating_count integer not null default 0 check (rating_count >= 0),
  add constraint factories_tax_id_whole check ((tax_id_kind is null) = (tax_id_sealed is null));
alter table products
  add column rating_sum bigint not null default 0 check (rating_sum >= 0),
  add column rating_count integer not null default 0 check (rating_count >= 0);

create table reviews (
  id uuid primary key,
  order_item_id uuid not null unique references order_items,
  product_id uuid not null references products,
  factory_id uuid not null references factories,
  user_id uuid not null references users,
  rating smallint not null check (rating between 1 and 5),
  body text,
  photos jsonb not null default '[]',
  status text not null default 'pending' check (status in ('pending', 'published', 'hidden')),
  status_reason text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index reviews_of_product on reviews (product_id, id) where status = 'published';
create index reviews_by_status on reviews (status, id);
create index reviews_of_user on reviews (user_id, id);
