-- The channels that the provider pays out to and how much each takes, as it said itself; our own table stands in for what it never said.
create table payout_channels (
  channel_code text primary key,
  name text not null,
  kind text not null check (kind in ('bank', 'ewallet')),
  minimum_idr bigint not null check (minimum_idr >= 0),
  maximum_idr bigint not null check (maximum_idr >= minimum_idr),
  read_at timestamptz not null
);
