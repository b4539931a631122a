alter table shipments
  -- Counts what was written of it since it was booked: a reading of the courier's order that began before the last write is read again.
  add column version integer not null default 0,
  -- The time of the last line of the courier's history that was followed; what is older moves nothing.
  add column tracked_until timestamptz,
  -- Since when a person's word stands that the courier has not confirmed.
  add column moved_by_hand_at timestamptz,
  -- When the courier is asked without being told of news; empty once the parcel's way is over.
  add column track_at timestamptz,
  -- How often the courier weighed again.
  add column corrections integer not null default 0,
  -- What of its fee went to shipping-margin when its way was over.
  add column margin_idr bigint;
create index shipments_to_track on shipments (track_at) where track_at is not null;
create index shipments_of_order on shipments (order_id, id);
create index shipments_by_status on shipments (status, id);
