-- A parcel's reference at the courier follows from its order and its number among that order's parcels, so that a database that was restored
-- asks for the same one again (docs/adr/0098). Those from before keep what they were asked for under.
alter table shipments add column reference text;
update shipments set reference = id::text;
alter table shipments alter column reference set not null, add constraint shipments_reference_key unique (reference);
