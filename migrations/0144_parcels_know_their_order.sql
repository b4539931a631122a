-- A parcel carries the facts of its order that it is shown and priced by: its room reads no order (docs/adr/0113).
alter table shipments
  add column order_code text,
  add column user_id uuid,
  -- the fee was an estimate when the parcel was opened: the price that the courier says is news
  add column fee_estimated boolean not null default false;
update shipments s set order_code = o.code, user_id = o.user_id, fee_estimated = o.fee_estimated and o.fee_trued_at is null
  from orders o where o.id = s.order_id;
alter table shipments alter column order_code set not null, alter column user_id set not null;
-- Whoever is erased is found by it.
create index shipments_of_user on shipments (user_id);
