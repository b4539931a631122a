-- What people type is compared by its identity, and that is what is kept: src/domain/kernel/identity.ts.

-- A delivery note is counted once a purchase order. Its lines are kept, for a second sheet under the same number is no repeat.
create table purchase_order_receipts (
  purchase_order_id uuid not null references warehouse_purchase_orders,
  note text not null,
  -- [{variantId, good, damaged}], by variant
  lines jsonb not null,
  created_at timestamptz not null,
  primary key (purchase_order_id, note)
);

with counted as (
  select subject_id, upper(regexp_replace(normalize(reason, NFKC), '\s', '', 'g')) as note, variant_id,
    sum(on_hand_change) as good, -coalesce(sum(on_hand_change) filter (where kind = 'written_off'), 0) as damaged, min(moved_at) as created_at
  from stock_movements where subject_kind = 'purchase_order' and reason is not null group by 1, 2, 3
)
insert into purchase_order_receipts (purchase_order_id, note, lines, created_at)
select subject_id, note, jsonb_agg(jsonb_build_object('variantId', variant_id, 'good', good, 'damaged', damaged) order by variant_id),
  min(created_at)
from counted where note <> '' group by subject_id, note;

-- Keys under which staff made refunds. Where two differ in their writing only, both were made: the older one keeps the identity.
with named as (
  select id, 'manual:' || upper(regexp_replace(normalize(substr(key, 8), NFKC), '\s', '', 'g')) as identity
  from refunds where key like 'manual:%'
), first as (
  select distinct on (identity) id, identity from named order by identity, id
)
update refunds r set key = f.identity from first f
where r.id = f.id and r.key <> f.identity and not exists (select from refunds o where o.key = f.identity);
