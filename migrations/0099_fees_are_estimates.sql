-- A shipping fee that no courier named for this very weight is an estimate: of the zone table, or of a weight class. It is trued up when
-- a courier says its price: the buyer gets what is too much, and the company bears what is too little.
alter table group_participants add column fee_estimated boolean not null default false;
alter table orders add column fee_estimated boolean not null default false;
alter table orders add column fee_trued_at timestamptz;
alter table orders add constraint orders_fee_trued check (fee_trued_at is null or fee_estimated);
