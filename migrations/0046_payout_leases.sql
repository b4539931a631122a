-- Money leaves once, whatever a worker or the provider does: a claim is a lease by the database's clock, a second key only follows a first
-- that is known to be dead, and what contradicts is booked.
alter table payouts
  -- until when the worker that claimed it may call; null: nobody has it
  add column lease_until timestamptz,
  -- calls that may have made it, the first and its repeats under the same key
  add column calls integer not null default 0,
  add column last_called_at timestamptz,
  -- when the provider's list was last seen without it, while nobody knew what had become of it
  add column absent_at timestamptz,
  -- by the provider's clock: what it said before this is old news
  add column provider_updated_at timestamptz,
  -- how often the provider has contradicted itself about it
  add column turns integer not null default 0,
  -- it was paid beside another one of the same subject, or too late for it: its money lies in suspense
  add column set_aside boolean not null default false,
  -- its receiver is suspended: it is neither sent nor sent again
  add column held boolean not null default false,
  -- who asked for it to be declared dead, and the other person who did so
  add column dead_asked_by text,
  add column dead_asked_at timestamptz,
  add column dead_reason text,
  add column dead_by text,
  add column dead_at timestamptz,
  add constraint payouts_dead_by_two check (dead_by is null or (dead_asked_by is not null and dead_by <> dead_asked_by)),
  add constraint payouts_set_aside_arrived check (not set_aside or status = 'succeeded');

update payouts set calls = 1, last_called_at = called_at where called_at is not null;
update payouts set held = true
where next_check_at is null and (status = 'created' or (status = 'submitted' and called_at is null));

-- What was set aside is paid beside another one; anything else leaves once.
drop index payouts_one_live;
create unique index payouts_one_live on payouts (subject_id) where status in ('created', 'submitted', 'succeeded') and not set_aside;
create index payouts_by_status on payouts (status, id);
