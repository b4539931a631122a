-- A session has a price for each variant in each tier: one price for all sold a variant of 250,000 for 50,000.
create table session_tier_prices (
  session_id uuid not null,
  min_units integer not null,
  variant_id uuid not null references product_variants,
  unit_price_idr bigint not null check (unit_price_idr > 0),
  primary key (session_id, min_units, variant_id),
  foreign key (session_id, min_units) references session_tiers
);
insert into session_tier_prices (session_id, min_units, variant_id, unit_price_idr)
select t.session_id, t.min_units, v.id, t.unit_price_idr
from session_tiers t join group_buying_sessions s on s.id = t.session_id join product_variants v on v.product_id = s.product_id;

-- The lowest price of the tier that the sold units reached is final_unit_price_idr; this is the tier.
alter table group_buying_sessions add column final_min_units integer;
update group_buying_sessions s set final_min_units = (
  select t.min_units from session_tiers t where t.session_id = s.id and t.unit_price_idr = s.final_unit_price_idr)
where final_unit_price_idr is not null;
alter table group_buying_sessions add check ((final_min_units is null) = (final_unit_price_idr is null));

-- A join is priced by item.
alter table participant_items add column unit_price_idr bigint check (unit_price_idr > 0);
update participant_items i set unit_price_idr = p.unit_price_idr from group_participants p where p.id = i.participant_id;
alter table participant_items alter column unit_price_idr set not null;
alter table group_participants
  drop constraint group_participants_check,
  add constraint group_participants_check check (total_idr = goods_idr + shipping_idr),
  drop column unit_price_idr;
