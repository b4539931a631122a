-- A person may say whether a courier keeps the price of a parcel that was not delivered, or gives it back.
alter table shipments add column courier_price text
  constraint shipments_courier_price_check check (courier_price in ('kept', 'returned'));
