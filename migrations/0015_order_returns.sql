-- Goods that buyers send back. The money of an accepted return is in its refund (key `return:{id}`) and in the ledger.

create table order_returns (
  id uuid primary key,
  order_id uuid not null references orders,
  user_id uuid not null references users,
  status text not null default 'requested' check (status in ('requested', 'accepted', 'refused')),
  reason text not null check (reason in ('damaged', 'defective', 'wrong_item', 'not_as_described', 'changed_mind', 'other')),
  -- the buyer's words, and addresses of their pictures
  note text,
  photos jsonb not null default '[]',
  refund_idr bigint check (refund_idr > 0),
  -- within refund_idr
  shipping_idr bigint not null default 0 check (shipping_idr >= 0),
  decision_note text,
  decided_by text,
  requested_at timestamptz not null,
  decided_at timestamptz,
  check ((status = 'accepted') = (refund_idr is not null)),
  check ((status = 'requested') = (decided_at is null))
);
create unique index order_returns_one_open on order_returns (order_id) where status = 'requested';
create index order_returns_of_order on order_returns (order_id);
create index order_returns_by_status on order_returns (status, id);

-- Pieces of an order item that come back. What they were found to be, and their part of the money, once they are inspected.
create table order_return_items (
  return_id uuid not null references order_returns,
  order_item_id uuid not null references order_items,
  quantity integer not null check (quantity > 0),
  condition text check (condition in ('restocked', 'written_off')),
  goods_idr bigint check (goods_idr >= 0),
  commission_idr bigint check (commission_idr between 0 and goods_idr),
  primary key (return_id, order_item_id)
);
create index order_return_items_of_item on order_return_items (order_item_id);
