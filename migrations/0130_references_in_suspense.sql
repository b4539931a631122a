-- Money of a lost payment lies under that payment's code, not under its own reference. The reference is kept beside it: the provider's next
-- word about the same money finds it, and no money stops for it a second time (docs/adr/0103).
alter table suspense_items add column reference text;
create index suspense_items_of_reference on suspense_items (reference) where reference is not null;
